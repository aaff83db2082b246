import type { INestApplication } from '@nestjs/common'
import { ConsoleLogger } from '@nestjs/common'
import { Test } from '@nestjs/testing'
import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import request from 'supertest'
import type { App } from 'supertest/types'
import { AppModule } from './../src/app.module'

const audience = 'https://messages.northwind.com'
const logged = jest.spyOn(ConsoleLogger.prototype, 'error').mockImplementation()
let issuer: TestIssuer
let app: INestApplication<App>

beforeAll(async () => {
  issuer = await startTestIssuer()
  process.env.ISSUER = issuer.url
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile()
  app = module.createNestApplication({ logger: new ConsoleLogger({ logLevels: ['error'] }) })
  await app.init()
})

beforeEach(() => logged.mockClear())

afterAll(async () => {
  await app.close()
  await issuer.close()
})

const get = async (path: string, scope?: string) => {
  const asked = request(app.getHttpServer()).get(path)
  return scope ? asked.set('Authorization', `Bearer ${await issuer.token({ audience, scope })}`) : asked
}

it('hands the verified token to the handler', async () => {
  const { status, body } = await get('/messages', 'read:messages')
  expect(status).toBe(200)
  expect(body).toEqual({ messages: ['Hello'], for: 'messages-worker@clients' })
})

it('answers a request without a token with a challenge and problem+json', async () => {
  const { status, headers, body } = await get('/messages')
  expect(status).toBe(401)
  expect(headers['www-authenticate']).toBe('Bearer realm="api"')
  expect(headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(body).toMatchObject({ status: 401, code: 'token_missing' })
})

it('refuses a token without the scope, and logs nothing', async () => {
  const { status, headers } = await get('/messages', 'write:messages')
  expect(status).toBe(403)
  expect(headers['www-authenticate']).toContain('error="insufficient_scope"')
  expect(logged).not.toHaveBeenCalled()
})

it('leaves other errors to Nest', async () => {
  const { status } = await get('/messages/broken', 'read:messages')
  expect(status).toBe(500)
  expect(logged).toHaveBeenCalled()
})
