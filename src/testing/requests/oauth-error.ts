import type { ErrorRequestHandler } from 'express'

export interface OAuthError extends Error {
  status: number
  error: string
  headers: Readonly<Record<string, string>>
}

interface Refusal {
  status: number
  error: string
  description: string
  headers?: Readonly<Record<string, string>>
}

/** @see RFC 6749 §5.2 */
export function oauthError({ status, error, description, headers = {} }: Refusal): OAuthError {
  return Object.assign(new Error(description), { status, error, headers })
}

export function invalidRequest(description: string): OAuthError {
  return oauthError({ status: 400, error: 'invalid_request', description })
}

export function isOAuthError(error: unknown): error is OAuthError {
  return error instanceof Error && 'error' in error && 'headers' in error
}

// An error of Express's body parsers is the request's fault; any other is ours
function refusalOf(error: unknown): OAuthError {
  if (isOAuthError(error)) return error
  const { type, status } = error as { type?: string; status?: number }
  if (type === 'entity.too.large')
    return Object.assign(invalidRequest('The body is too large'), { status: 413 })
  if (status && status < 500) return invalidRequest('The body cannot be read')
  return oauthError({ status: 500, error: 'server_error', description: 'The issuer failed' })
}

export const answerOAuthError: ErrorRequestHandler = (thrown, _req, res, _next) => {
  const { status, error, message, headers } = refusalOf(thrown)
  res.status(status).set(headers).set('Cache-Control', 'no-store')
  res.json({ error, error_description: message })
}
