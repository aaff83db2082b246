import { randomUUID } from 'node:crypto'
import type { Request, Response } from 'express'
import type { Session } from '../grants/user-grant.js'
import { createExpiringStore } from '../memory/expiring-store.js'
import { randomText } from '../memory/random-text.js'

export interface Sessions {
  find(req: Request): Session | undefined
  start(req: Request, res: Response, userId: string): Session
  end(req: Request, res: Response): void
}

const lifetimeSeconds = 3 * 86400

// A cookie is sent to every port of a host, and two issuers may run at once
function cookieName(req: Request): string {
  return `test_issuer_${req.socket.localPort}`
}

function cookieOf(req: Request): string {
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  return pairs.find(([name]) => name === cookieName(req))?.[1] ?? ''
}

export function createSessions(): Sessions {
  const sessions = createExpiringStore<Session>({ lifetimeSeconds })
  const options = { httpOnly: true, sameSite: 'lax', path: '/' } as const
  const end = (req: Request, res: Response) => {
    sessions.delete(cookieOf(req))
    res.clearCookie(cookieName(req), options)
  }
  return {
    find: (req) => sessions.get(cookieOf(req)),
    start(req, res, userId) {
      sessions.delete(cookieOf(req))
      const cookie = randomText()
      const session = { id: randomUUID(), userId, authTime: Math.floor(Date.now() / 1000) }
      sessions.set(cookie, session)
      res.cookie(cookieName(req), cookie, { ...options, maxAge: lifetimeSeconds * 1000 })
      return session
    },
    end,
  }
}
