import { isAuthError, requireAuth } from 'express-require-auth'

const issuer = process.env.ISSUER ?? 'northwind.auth0.com'
const auth = requireAuth({ issuer, audience: 'https://messages.northwind.com' })

/** A web `Request` is nothing that Express knows, but `verify` gives the same verdict on a token. */
export async function GET(request: Request): Promise<Response> {
  const [, token] = /^Bearer +(.+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  if (token === undefined) return refused(401, 'Bearer realm="api"')
  try {
    const { scopes, subject } = await auth.verify(token)
    if (scopes.includes('read:messages')) return Response.json({ messages: ['Hello'], for: subject })
    return refused(403, 'Bearer realm="api", error="insufficient_scope", scope="read:messages"')
  } catch (error) {
    if (!isAuthError(error)) throw error
    return new Response(null, { status: error.status, headers: error.headers ?? {} })
  }
}

function refused(status: number, challenge: string): Response {
  return new Response(null, { status, headers: { 'WWW-Authenticate': challenge } })
}
