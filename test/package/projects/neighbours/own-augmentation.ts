import type { Request } from 'express'
import { type Auth, getAuth, requireAuth } from 'express-require-auth'

declare global {
  namespace Express {
    interface Request {
      auth?: { userId: number }
    }
  }
}

export const ours = requireAuth({ issuer: 'northwind.auth0.com', audience: 'my-api' })

export function subjectOf(req: Request): string | undefined {
  const auth: Auth = getAuth(req)
  return auth.subject
}

export function userOf(req: Request): number | undefined {
  return req.auth?.userId
}
