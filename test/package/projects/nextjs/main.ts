// What `next start` does with a handler of pages/api and of app/, without a build of a whole site.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { apiResolver } from 'next/dist/server/api-utils/node/api-resolver.js'
import request from 'supertest'
import { checkAnswers } from './answers.js'

await checkAnswers('/api/messages', async () => {
  const route = await import('./pages/api/[...path].js')
  const preview = { previewModeId: 'id', previewModeEncryptionKey: 'key', previewModeSigningKey: 'key' }
  const context = { ...preview, dev: false }
  const server = createServer((req, res) => {
    apiResolver(req, res, { path: ['messages'] }, route, context, false)
  })
  return async (path, headers) => request(server).get(path).set(headers)
})

await checkAnswers('/api/messages', async () => {
  const { GET } = await import('./app/api/messages/route.js')
  const get = async (path: string, headers: Record<string, string>) => {
    const answer = await GET(new Request(`https://messages.northwind.com${path}`, { headers }))
    const text = await answer.text()
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: text && JSON.parse(text),
    }
  }
  const malformed = await get('/api/messages', { authorization: 'Bearer x' })
  assert.equal(malformed.status, 401)
  assert.match(malformed.headers['www-authenticate'] ?? '', /error="invalid_token"/)
  return get
})
