// What `next start` does with a handler of pages/api, without a build of a whole site.
import { createServer } from 'node:http'
import { apiResolver } from 'next/dist/server/api-utils/node/api-resolver.js'
import request from 'supertest'
import { checkAnswers } from './answers.js'

checkAnswers('/api/messages', async () => {
  const route = await import('./pages/api/[...path].js')
  const preview = { previewModeId: 'id', previewModeEncryptionKey: 'key', previewModeSigningKey: 'key' }
  const context = { ...preview, dev: false }
  const server = createServer((req, res) => {
    apiResolver(req, res, { path: ['messages'] }, route, context, false)
  })
  return async (path, headers) => request(server).get(path).set(headers)
})
