import { requireAuth } from '../../../../dist/index.js'

export const title = 'express-require-auth'
export const packages = []

export function protect({ issuer, audience }) {
  return requireAuth({ issuer, audience, introspection: { clientId: 'api', clientSecret: 'secret' } })
}
