import { once } from 'node:events'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import express, { type RequestHandler } from 'express'
import { authErrorHandler, type RequireAuthOptions, requireAuth } from 'express-require-auth'
import supertest, { type Response } from 'supertest'
import type { Certificate } from '../proof/certificates.js'

export interface Sent {
  scheme?: 'Bearer' | 'DPoP'
  proof?: string
  certificate?: Certificate
}

export interface Api {
  readonly url: string
  get(token: string, sent?: Sent): Promise<Response>
  close(): void
}

export interface Served {
  options: RequireAuthOptions
  permission?: RequestHandler | undefined
  /** Serves HTTPS with this certificate, and asks clients for theirs. */
  certificate?: Certificate
}

/** Serves an API on loopback that answers with the subject of the token. */
export async function serveApi({ options, permission, certificate }: Served): Promise<Api> {
  const app = express()
  app.use(requireAuth(options))
  if (permission) app.use(permission)
  app.get('/messages', (req, res) => void res.json({ subject: req.auth?.subject ?? null }))
  app.use(authErrorHandler())
  const server = certificate
    ? createHttpsServer({ ...certificate, requestCert: true, rejectUnauthorized: false }, app)
    : createHttpServer(app)
  const url = await listen(server, certificate ? 'https' : 'http')
  return {
    url,
    get: (token, sent = {}) => get(url, token, sent),
    close: () => void server.close().closeAllConnections(),
  }
}

async function listen(server: Pick<Server, 'listen' | 'address'>, protocol: string): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}/messages`
}

async function get(url: string, token: string, { scheme = 'Bearer', proof, certificate }: Sent) {
  const request = supertest(url).get('').set('Authorization', `${scheme} ${token}`)
  if (proof !== undefined) request.set('DPoP', proof)
  if (url.startsWith('https:')) request.disableTLSCerts()
  if (certificate) request.key(certificate.key).cert(certificate.cert)
  return request
}
