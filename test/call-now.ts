import type { RequestHandler } from 'express'
import { vi } from 'vitest'

/** Calls a middleware by hand, and tells what it did before it returned. */
export function callNow(handler: RequestHandler, token: string) {
  const headers = { authorization: `Bearer ${token}` }
  const req = { method: 'GET', headers, rawHeaders: ['Authorization', headers.authorization] } as never
  const next = vi.fn()
  handler(req, { setHeader: () => {}, headersSent: false } as never, next)
  return next.mock.calls
}
