import { requireAuth } from '../../../../dist/index.js'

export const title = 'express-require-auth'
export const packages = []
export const note = 'It remembers every proof, and refuses a second use.'

export function protect({ issuer, audience }) {
  return requireAuth({ issuer, audience, dpop: {} })
}
