import { expressjwt } from 'express-jwt'
import jwksRsa from 'jwks-rsa'

export const title = 'express-jwt + jwks-rsa'
export const packages = ['express-jwt', 'jwks-rsa']
export const note =
  'As in its documented example, so without the option cacheMaxAgeFallback of jwks-rsa, which serves stale keys.'

/** As in the example of the jwks-rsa documentation. */
export function protect({ issuer, jwksUri, audience }) {
  const secret = jwksRsa.expressJwtSecret({ cache: true, rateLimit: true, jwksRequestsPerMinute: 5, jwksUri })
  return expressjwt({ secret, audience, issuer, algorithms: ['RS256'] })
}
