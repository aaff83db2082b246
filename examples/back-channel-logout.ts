import express, { type Express } from 'express'
import { authErrorHandler, getAuth, requireAuth } from 'express-require-auth'
import { type RedisClient, redisDenylist } from 'express-require-auth/redis'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'

const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout'

export interface LogoutOptions {
  issuer: string
  jwksUri: string
  audience: string
  /** The application that the issuer sends logout tokens to: the audience of these tokens. */
  clientId: string
  redis: RedisClient
}

/**
 * Makes an API that refuses access tokens after the user's log-out: the issuer calls `POST /backchannel-logout`.
 *
 * @see OpenID Connect Back-Channel Logout 1.0
 */
export function createLogoutAwareApi({ issuer, jwksUri, audience, clientId, redis }: LogoutOptions): Express {
  const denylist = redisDenylist(redis)
  const keys = createRemoteJWKSet(new URL(jwksUri))
  const app = express()

  app.post('/backchannel-logout', express.urlencoded({ limit: '20kb' }), async (req, res) => {
    res.set('Cache-Control', 'no-store')
    const rules = { issuer, audience: clientId, algorithms: ['RS256'], maxTokenAge: 120, clockTolerance: 5 }
    try {
      const { payload } = await jwtVerify(String(req.body?.logout_token), keys, {
        ...rules,
        typ: 'logout+jwt',
        requiredClaims: ['jti', 'iat', 'exp', 'events'],
      })
      if (!isLogout(payload)) throw new errors.JWTInvalid('no logout token')
      if (typeof payload.sid === 'string') await denylist.revokeSession(payload.sid)
      else await denylist.revokeSubject(payload.sub as string)
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error // Redis is down: the 500 makes the issuer try again
      res.status(400).json({ error: 'invalid_request' })
      return
    }
    res.sendStatus(200)
  })

  app.use(requireAuth({ issuer, audience, isRevoked: denylist.isRevoked }))
  app.get('/me', (req, res) => void res.json(getAuth(req).subject))
  app.use(authErrorHandler())
  return app
}

/** Checks the claims of a logout token (§2.6). A nonce is refused: only an ID token has one. */
function isLogout({ events, nonce, sid, sub }: JWTPayload): boolean {
  const isEvent = typeof (events as Record<string, unknown> | undefined)?.[LOGOUT] === 'object'
  return isEvent && nonce === undefined && [sid, sub].some((id) => typeof id === 'string' && id !== '')
}
