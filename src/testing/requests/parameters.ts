import express, { type Request, type RequestHandler } from 'express'
import { invalidRequest } from './oauth-error.js'

/** Request parameters. Each is text and comes once at most. @see RFC 6749 §3.2 */
export type Parameters = ReadonlyMap<string, string>

const limit = '64kb'

/** Parses form-encoded and JSON bodies. */
export const parseBody: RequestHandler[] = [
  express.urlencoded({ extended: false, limit }),
  express.json({ limit }),
]

/** @throws `invalid_request` when a parameter is repeated or is not text. */
export function readParameters(members: object): Parameters {
  const parameters = new Map<string, string>()
  for (const [name, value] of Object.entries(members)) {
    if (Array.isArray(value)) throw invalidRequest('A parameter is repeated')
    if (typeof value !== 'string') throw invalidRequest('A parameter is not text')
    if (value !== '') parameters.set(name, value) // RFC 6749 §3.2: a parameter without a value counts as omitted
  }
  return parameters
}

/** @throws `invalid_request` when the body is neither form-encoded nor a JSON object. */
export function bodyParameters(req: Request): Parameters {
  const body: unknown = req.is(['urlencoded', 'json']) ? req.body : undefined
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return readParameters(body)
  throw invalidRequest('The body must be form-encoded or a JSON object')
}

/** @throws `invalid_request` when the parameter is missing. */
export function requireParameter(parameters: Parameters, name: string): string {
  const value = parameters.get(name)
  if (value === undefined) throw invalidRequest(`Missing required parameter: ${name}`)
  return value
}

/** Splits a space-separated list and drops duplicates. @see RFC 6749 §3.3 */
export function splitScope(scope = ''): readonly string[] {
  return [...new Set(scope.split(' ').filter(Boolean))]
}
