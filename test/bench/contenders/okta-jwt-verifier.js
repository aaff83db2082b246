import OktaJwtVerifier from '@okta/jwt-verifier'
import { bearerTokenOf } from '../bearer.js'
import { refusing } from './refuse.js'

export const title = '@okta/jwt-verifier'
export const packages = ['@okta/jwt-verifier']
export const note = 'It refuses http issuers; its `testing.disableHttpsCheck` is on for loopback.'

export function protect({ issuer, jwksUri, audience }, variant) {
  const refuse = refusing(variant)
  const verifier = new OktaJwtVerifier({ issuer, jwksUri, testing: { disableHttpsCheck: true } })
  return async function verifyWithOkta(req, res, next) {
    try {
      req.auth = await verifier.verifyAccessToken(bearerTokenOf(req), audience)
    } catch {
      refuse(res, next)
      return
    }
    next()
  }
}
