// Compiled, not run: `npm run types` fails when the public types change.
import express, { type RequestHandler } from 'express'
import {
  type Algorithm,
  type Auth,
  type AuthError,
  type AuthEvent,
  getAuth,
  isAuthError,
  type RefusalCode,
  type RequireAuth,
  requireAnyScope,
  requireAuth,
  requireClaims,
  requireScopes,
  requireStepUp,
} from 'express-require-auth'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <T extends true>(_proof?: T): void => {}

const auth = requireAuth({ issuer: 'login.northwind.com', audience: ['a', 'b'] })
same<Equal<typeof auth, RequireAuth>>()
const handler: RequestHandler = auth
const verified: Promise<Auth> = auth.verify('token')
const ready: Promise<void> = auth.ready()

requireAuth({
  issuer: [{ issuer: 'https://a.example/', algorithms: ['ES256'], jwks: { keys: [] } }, 'b.example'],
  audience: 'a',
  cache: false,
  tokenFrom: ['header', (req) => req.get('x-token')],
  isRevoked: async ({ claims }, req) => claims.jti === req?.ip,
  onEvent: (event: AuthEvent) => event.type === 'refused' && (event.code satisfies RefusalCode),
})
requireAuth({ issuer: async (unverifiedIssuer, req) => (req ? unverifiedIssuer : undefined), audience: 'a' })

// @ts-expect-error audience is required
requireAuth({ issuer: 'a.example' })
// @ts-expect-error HS256 cannot be turned on
requireAuth({ issuer: 'a.example', audience: 'a', algorithms: ['HS256'] })
// @ts-expect-error no such option
requireAuth({ issuer: 'a.example', audience: 'a', audiences: [] })
// @ts-expect-error no such profile
requireAuth({ issuer: 'a.example', audience: 'a', profile: 'rfc7519' })

const app = express()
app.get('/', requireScopes('a'), requireAnyScope('a', 'b'), requireStepUp({ maxAgeSeconds: 60 }), (req) => {
  same<Equal<typeof req.auth, Auth | undefined>>()
  const { claims, scopes, subject, expiresAt } = getAuth<{ org_id: string }>(req)
  same<Equal<typeof claims.org_id, string>>()
  same<Equal<typeof scopes, readonly string[]>>()
  same<Equal<typeof subject, string | undefined>>()
  same<Equal<typeof expiresAt, number>>()
  // @ts-expect-error frozen
  getAuth(req).token = ''
})
app.get(
  '/',
  requireClaims<{ org_id: string }>(({ org_id }, req) => org_id === req.params.org),
)

export function status(error: unknown): number {
  if (isAuthError(error)) same<Equal<typeof error, AuthError>>()
  return isAuthError(error) ? error.status : 500
}
export const algorithm: Algorithm = 'RS256'
export { handler, ready, verified }
