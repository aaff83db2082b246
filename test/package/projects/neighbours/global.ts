import 'express-require-auth/global'
import type { Request } from 'express'

export function subjectOf(req: Request): string | undefined {
  return req.auth?.subject
}
