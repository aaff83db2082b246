import type { Request } from 'express'
import { expressjwt, type Request as JwtRequest } from 'express-jwt'
import { type Auth, getAuth, requireAuth } from 'express-require-auth'

export const theirs = expressjwt({ secret: 'secret', algorithms: ['HS256'] })
export const ours = requireAuth({ issuer: 'northwind.auth0.com', audience: 'my-api' })

export function subjectOf(req: Request): string | undefined {
  const auth: Auth = getAuth(req)
  return auth.subject
}

export function subjectOfTheirs(req: JwtRequest): unknown {
  return req.auth?.sub ?? getAuth(req).subject
}
