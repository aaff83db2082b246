import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { bearerTokenOf } from '../bearer.js'
import { refusing } from './refuse.js'

export const title = 'jose alone'
export const packages = ['jose']
export const note =
  'A hand-written middleware: what the token did wrong is 401, what the key fetch did wrong is 500.'

const refusals = [
  errors.JWTExpired,
  errors.JWTClaimValidationFailed,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWKSNoMatchingKey,
  errors.JOSEAlgNotAllowed,
]

export function protect({ issuer, jwksUri, audience }, variant) {
  const refuse = refusing(variant)
  const keys = createRemoteJWKSet(new URL(jwksUri))
  const options = { issuer, audience, algorithms: ['RS256'] }
  return async function verifyWithJose(req, res, next) {
    try {
      req.auth = await jwtVerify(bearerTokenOf(req) ?? '', keys, options)
    } catch (error) {
      if (!refusals.some((refusal) => error instanceof refusal)) return next(error)
      refuse(res, next)
      return
    }
    next()
  }
}
