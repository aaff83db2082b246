import OktaJwtVerifier from '@okta/jwt-verifier'
import { bearerTokenOf } from '../bearer.js'

export const title = '@okta/jwt-verifier'
export const packages = ['@okta/jwt-verifier']
export const note = 'It refuses http issuers; its `testing.disableHttpsCheck` is on for loopback.'

export function protect({ issuer, jwksUri, audience }) {
  const verifier = new OktaJwtVerifier({ issuer, jwksUri, testing: { disableHttpsCheck: true } })
  return async function verifyWithOkta(req, res, next) {
    try {
      req.auth = await verifier.verifyAccessToken(bearerTokenOf(req), audience)
    } catch {
      res.status(401).json({ ok: false })
      return
    }
    next()
  }
}
