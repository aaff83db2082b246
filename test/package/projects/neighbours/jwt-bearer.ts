import type { Request } from 'express'
import { auth as theirs } from 'express-oauth2-jwt-bearer'
import { type Auth, getAuth, requireAuth } from 'express-require-auth'

export { theirs }
export const ours = requireAuth({ issuer: 'northwind.auth0.com', audience: 'my-api' })

export function subjectOf(req: Request): string | undefined {
  const auth: Auth = getAuth(req)
  return auth.subject
}

export function payloadOfTheirs(req: Request): unknown {
  return req.auth?.payload.sub
}
