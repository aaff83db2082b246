import fastifyExpress from '@fastify/express'
import type { Request, RequestHandler, Response } from 'express'
import { getAuth, isAuthError, requireAuth, requireScopes } from 'express-require-auth'
import Fastify, { type FastifyError, type preHandlerHookHandler } from 'fastify'

/** Makes a hook of a check. What `requireAuth()` found is on the raw request. */
function checkBy(middleware: RequestHandler): preHandlerHookHandler {
  return (request, reply, done) => middleware(request.raw as Request, reply.raw as Response, done)
}

export async function createApp() {
  const app = Fastify()
  await app.register(fastifyExpress)
  const issuer = process.env.ISSUER ?? 'northwind.auth0.com'
  app.use(requireAuth({ issuer, audience: 'https://messages.northwind.com' }))
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (!isAuthError(error)) return reply.send(error)
    const { status, code, message: detail, headers = {} } = error
    return reply.code(status).headers(headers).type('application/problem+json').send({ status, code, detail })
  })
  app.get('/messages', { preHandler: checkBy(requireScopes('read:messages')) }, async ({ raw }) => {
    return { messages: ['Hello'], for: getAuth(raw as Request).subject }
  })
  return app
}
