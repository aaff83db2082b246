import { requireAuth } from '../../../dist/index.js'

export const title = 'express-require-auth'
export const packages = []

/** `tenants` has a function answer for that many under `origin`. */
export function protect({ issuer, audience, origin, tenants, cache }) {
  if (!tenants) return requireAuth({ issuer, audience })
  const known = new Set(Array.from({ length: tenants }, (_, index) => `${origin}/t/${index}/`))
  const resolve = (unverifiedIssuer) => (known.has(unverifiedIssuer) ? unverifiedIssuer : undefined)
  return requireAuth({ issuer: resolve, audience, cache })
}
