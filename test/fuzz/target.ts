import { validateHeaderName, validateHeaderValue } from 'node:http'
import express, { type Request, type Response } from 'express'
import { authErrorHandler, type RequireAuthOptions, requireAuth } from 'express-require-auth'
import { messages } from '../api.js'
import { answering, craftedIssuer } from '../craft.js'
import type { Input } from './inputs.js'
import { keys } from './tokens.js'

const common: RequireAuthOptions = {
  issuer: craftedIssuer,
  audience: messages,
  fetch: answering(...keys),
}

export interface Target {
  name: string
  options: RequireAuthOptions
  /** Whether tokens may stand in body and query too. */
  places: boolean
}

export const targets = [
  { name: 'defaults', options: common, places: false },
  { name: 'no memory', options: { ...common, cache: false }, places: false },
  { name: 'RFC 9068', options: { ...common, profile: 'rfc9068', cache: { maxEntries: 2 } }, places: false },
  { name: 'every place', options: { ...common, tokenFrom: ['header', 'body', 'query'] }, places: true },
] as const satisfies readonly Target[]

/** Sends one input through the middleware; resolves with what is wrong about the answer, if anything. */
export type Probe = (input: Input) => Promise<string | undefined>

/** Requests and responses have the prototypes of a real app, without a socket behind. */
const { request, response } = express()

export function createProbe({ options }: Target): Probe {
  const auth = requireAuth(options)
  const render = authErrorHandler()
  return async (input) => {
    const req = requestOf(input)
    const res = responseFor(req)
    const error = await new Promise<unknown>((resolve) => void auth(req, res, resolve))
    if (error === undefined) return checkAdmitted(req, input)
    return new Promise((resolve) => {
      res.send = (body) => {
        resolve(checkRefused(res, String(body), input))
        return res
      }
      void render(error, req, res, (unrendered) => resolve(`left ${unrendered} to others`))
    })
  }
}

function requestOf({ method, url, rawHeaders, body }: Input): Request {
  const headers: Record<string, string> = {}
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    if (!Object.hasOwn(headers, name)) headers[name] = rawHeaders[i + 1] as string // the first, as in Node
  }
  const socket = { encrypted: true, remoteAddress: '127.0.0.1' }
  return Object.assign(Object.create(request), {
    method,
    url,
    originalUrl: url,
    rawHeaders,
    headers,
    body,
    socket,
  })
}

function responseFor(req: Request): Response {
  const headers = new Map<string, string>()
  const get = (name: string) => headers.get(name.toLowerCase())
  return Object.defineProperties(Object.create(response), {
    req: { value: req },
    statusCode: { value: 200, writable: true },
    headersSent: { value: false },
    send: { value: undefined, writable: true },
    get: { value: get },
    getHeader: { value: get },
    setHeader: {
      value(name: string, value: string) {
        validateHeaderName(name)
        validateHeaderValue(name, value)
        headers.set(name.toLowerCase(), value)
      },
    },
  })
}

function checkAdmitted(req: Request, { good }: Input): string | undefined {
  if (!req.auth) return 'let through without req.auth'
  return good ? undefined : `accepted ${req.auth.token}`
}

/** Fixed words only: nothing of the request can come back. */
const CHALLENGE =
  /^Bearer realm="api"(, error="(invalid_request|invalid_token)", error_description="[A-Za-z ]+")?$/

function checkRefused(res: Response, body: string, { good }: Input): string | undefined {
  const { statusCode } = res
  if (good) return `refused a good token with ${body}`
  if (statusCode !== 400 && statusCode !== 401) return `answered ${statusCode} ${body}`
  const challenge = String(res.getHeader('WWW-Authenticate'))
  if (!CHALLENGE.test(challenge)) return `challenged with ${JSON.stringify(challenge)}`
  return JSON.parse(body).status === statusCode ? undefined : `answered ${statusCode} with ${body}`
}
