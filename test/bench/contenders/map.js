import { createRemoteJWKSet, jwtVerify } from 'jose'
import { bearerTokenOf } from '../bearer.js'

export const title = 'a Map and nothing else'
export const packages = ['jose']
export const note =
  'No way to do it, but the least that a middleware with a memory can cost: what jose once accepted is accepted for ' +
  'ever, and nothing is ever forgotten.'

export function protect({ issuer, jwksUri, audience }) {
  const keys = createRemoteJWKSet(new URL(jwksUri))
  const accepted = new Map()
  return async function verifyWithMap(req, res, next) {
    const token = bearerTokenOf(req) ?? ''
    const known = accepted.get(token)
    if (known) {
      req.auth = known
      next()
      return
    }
    try {
      const verified = await jwtVerify(token, keys, { issuer, audience, algorithms: ['RS256'] })
      accepted.set(token, verified)
      req.auth = verified
    } catch {
      res.status(401).json({ ok: false })
      return
    }
    next()
  }
}
