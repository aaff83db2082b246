import type { Request } from 'express'
import * as middleware from 'express-require-auth'
import * as redis from 'express-require-auth/redis'
import * as testing from 'express-require-auth/testing'

export { middleware, redis, testing }

export function subjectOf(req: Request): unknown {
  // @ts-expect-error The name belongs to nobody until the application gives it away.
  return req.auth
}
