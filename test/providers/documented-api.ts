import express, { type RequestHandler } from 'express'
import { authErrorHandler, requireAuth } from 'express-require-auth'
import type { JWK } from 'jose'
import request from 'supertest'
import { craft, craftKey } from '../craft.js'
import type { Documented } from './documented.js'

const keys = {
  RS256: craftKey('rsa'),
  ES256: craftKey('ec'),
  ES384: craftKey('ec', { namedCurve: 'P-384' }),
  EdDSA: craftKey('ed25519'),
}

/** Stands in for `fetch`: the provider's two documents at the provider's own addresses, and nothing else. */
export function answering({ metadata, jwksUri }: Documented, key: JWK): typeof fetch {
  const documents: Record<string, unknown> = { [jwksUri]: { keys: [key] } }
  if (metadata) documents[metadata.at] = { issuer: metadata.issuer, jwks_uri: jwksUri }
  return async (url) => {
    const found = documents[String(url)]
    return found === undefined ? new Response('', { status: 404 }) : Response.json(found)
  }
}

function apiOf(documented: Documented) {
  const { jwk } = keys[documented.alg ?? 'RS256']
  const app = express()
  app.use(requireAuth({ ...documented.options, fetch: answering(documented, { ...jwk, ...documented.jwk }) }))
  const answer: RequestHandler = (_req, res) => void res.json({ admitted: true })
  app.get('/messages', documented.check, answer)
  return app.use(authErrorHandler())
}

/** A token as documented, signed with the key that stands in for the provider's. */
export function tokenOf(
  documented: Documented,
  changes: Documented['claims'] = {},
  header: Documented['claims'] = {},
) {
  const alg = documented.alg ?? 'RS256'
  const now = Math.floor(Date.now() / 1000)
  return craft({
    header: { typ: 'JWT', ...documented.header, ...header },
    claims: { iat: now, exp: now + 300, ...documented.claims, ...changes },
    key: keys[alg].privateKey,
    alg,
  })
}

export const get = (documented: Documented, token: string) =>
  request(apiOf(documented)).get('/messages').auth(token, { type: 'bearer' })
