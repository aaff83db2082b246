import { startTestIssuer } from 'express-require-auth/testing'
import request from 'supertest'
import { afterAll, expect, test } from 'vitest'
import { readyKey } from '../test/keys/ready-keys.js'
import { createGraphqlApi } from './graphql.js'

const issuer = await startTestIssuer({ signingKey: readyKey() })
const api = createGraphqlApi({ issuer: issuer.url, audience: 'chat' })

afterAll(() => issuer.close())

async function ask(query: string, scope = '') {
  const token = await issuer.token({ audience: 'chat', scope, claims: { sub: 'ada' } })
  const response = await request(api).post('/graphql').auth(token, { type: 'bearer' }).send({ query })
  return response.body
}

test('without a token there is no GraphQL', async () => {
  const response = await request(api).post('/graphql').send({ query: '{ me }' })
  expect(response.status).toBe(401)
  expect(response.headers['www-authenticate']).toBe('Bearer realm="api"')
})

test('resolvers know who asks', async () => {
  expect(await ask('{ me }')).toEqual({ data: { me: 'ada' } })
})

test('a field whose scope is missing is null, and the others are answered', async () => {
  const { data, errors } = await ask('{ me messages }')
  expect(data).toEqual({ me: 'ada', messages: null })
  expect(errors).toMatchObject([
    { path: ['messages'], extensions: { code: 'insufficient_scope', scope: 'read:messages' } },
  ])
})

test('with its scope the field is answered', async () => {
  expect(await ask('mutation { post(text: "Hi") }', 'write:messages')).toEqual({ data: { post: 'Hi' } })
  expect(await ask('{ messages }', 'read:messages')).toEqual({ data: { messages: ['Welcome', 'Hi'] } })
})
