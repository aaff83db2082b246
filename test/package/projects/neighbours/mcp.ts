import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import type { Request } from 'express'
import { type Auth, getAuth, requireAuth } from 'express-require-auth'

export const ours = requireAuth({ issuer: 'northwind.auth0.com', audience: 'my-api' })
export const theirs = requireBearerAuth

export function subjectOf(req: Request): string | undefined {
  const auth: Auth = getAuth(req)
  return auth.subject
}

export function scopesOfTheirs(req: Request): string[] | undefined {
  return req.auth?.scopes
}
