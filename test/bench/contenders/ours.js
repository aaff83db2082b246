import { requireAuth } from '../../../dist/index.js'

export const title = 'express-require-auth'
export const packages = []

/** `issuers` configures that many issuers under `origin`; `tenants` has a function answer for that many. */
export function protect({ issuer, audience, origin, issuers, tenants }) {
  if (issuers) return requireAuth({ issuer: issuersOf(origin, issuers), audience })
  if (!tenants) return requireAuth({ issuer, audience })
  const known = new Set(issuersOf(origin, tenants))
  const resolve = (unverifiedIssuer) => (known.has(unverifiedIssuer) ? unverifiedIssuer : undefined)
  return requireAuth({ issuer: resolve, audience })
}

function issuersOf(origin, count) {
  return Array.from({ length: count }, (_, index) => `${origin}/t/${index}/`)
}
