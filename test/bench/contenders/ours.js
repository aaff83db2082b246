import { requireAuth } from '../../../dist/index.js'

export const title = 'express-require-auth'
export const packages = []

/** `tenants` asks for a resolver function over that many issuers; else `issuer` is one or a list. */
export function protect({ issuer, tenants, audience }) {
  if (!tenants) return requireAuth({ issuer, audience })
  const known = new Set(tenants)
  return requireAuth({ issuer: (unverified) => (known.has(unverified) ? unverified : undefined), audience })
}
