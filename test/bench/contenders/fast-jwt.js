import { createVerifier, TokenError } from 'fast-jwt'
import buildGetJwks from 'get-jwks'
import { bearerTokenOf } from '../bearer.js'
import { refusing } from './refuse.js'

export const title = 'fast-jwt + get-jwks'
export const packages = ['fast-jwt', 'get-jwks']
export const note = 'Its cache of verified tokens is on, with the 10,000 entries that ours has by default.'

/** As in the get-jwks documentation for fast-jwt. */
export function protect({ issuer, audience }, variant) {
  const refuse = refusing(variant)
  const getJwks = buildGetJwks({ issuersWhitelist: [issuer] })
  const key = ({ header }) => getJwks.getPublicKey({ kid: header.kid, alg: header.alg, domain: issuer })
  const verify = createVerifier({
    key,
    cache: 10_000,
    algorithms: ['RS256'],
    allowedIss: issuer,
    allowedAud: audience,
  })
  return async function verifyWithFastJwt(req, res, next) {
    try {
      req.auth = await verify(bearerTokenOf(req))
    } catch (error) {
      if (!(error instanceof TokenError)) return next(error)
      refuse(res, next)
      return
    }
    next()
  }
}
