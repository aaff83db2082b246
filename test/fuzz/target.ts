import { validateHeaderName, validateHeaderValue } from 'node:http'
import express, { type Express, type Request, type Response } from 'express'
import {
  type AuthError,
  authErrorHandler,
  forwardedCertificate,
  type RequireAuthOptions,
  requireAuth,
} from 'express-require-auth'
import { messages } from '../api.js'
import { answering, craftedIssuer } from '../craft.js'
import { createEvidenceMakers } from './evidence.js'
import { type Input, nextInput } from './inputs.js'
import type { Random } from './random.js'
import { keys } from './tokens.js'

const common: RequireAuthOptions = {
  issuer: craftedIssuer,
  audience: messages,
  fetch: answering(...keys),
}

export interface Setting {
  options: RequireAuthOptions
  /** Of the app. Default: nobody is trusted. */
  trustProxy?: string | false
  /** Whether inputs come from the issuer, so that 503 is an answer. Default: from the client, and it is a fault. */
  hasOutages?: boolean
}

export interface Target extends Setting {
  name: string
  next: (random: Random) => Input
}

const inHeader = (random: Random) => nextInput(random, { places: false })
const inPlaces = (random: Random) => nextInput(random, { places: true })
const { proofs, hosts, certificates } = await createEvidenceMakers()
const envoy = { required: true, certificate: forwardedCertificate('envoy') }

export const targets = [
  { name: 'defaults', options: common, next: inHeader },
  { name: 'no memory', options: { ...common, cache: false }, next: inHeader },
  { name: 'RFC 9068', options: { ...common, profile: 'rfc9068', cache: { maxEntries: 2 } }, next: inHeader },
  { name: 'every place', options: { ...common, tokenFrom: ['header', 'body', 'query'] }, next: inPlaces },
  { name: 'proofs', options: { ...common, dpop: { required: true } }, next: proofs },
  { name: 'proofs behind a proxy', options: { ...common, dpop: {} }, next: proofs, trustProxy: 'loopback' },
  { name: 'hosts', options: { ...common, bindIssuerToHost: true }, next: hosts },
  {
    name: 'certificates',
    options: { ...common, mtls: envoy },
    next: certificates,
    trustProxy: 'loopback',
  },
] as const satisfies readonly Target[]

/** Sends one input through the middleware; resolves with what is wrong about the answer, if anything. */
export type Probe = (input: Input) => Promise<string | undefined>

/** Requests and responses have the prototypes of a real app, without a socket behind. */
export function createProbe({ options, trustProxy = false, hasOutages = false }: Setting): Probe {
  const app = express().set('trust proxy', trustProxy)
  const auth = requireAuth(options)
  const render = authErrorHandler()
  return async (input) => {
    const req = requestOf(app, input)
    const res = responseFor(app, req)
    const error = await new Promise<unknown>((resolve) => void auth(req, res, resolve))
    if (error === undefined) return checkAdmitted(req, input)
    if (hasOutages && (error as AuthError).code === 'keys_unavailable') return undefined
    return new Promise((resolve) => {
      res.send = (body) => {
        resolve(checkRefused(res, String(body), input))
        return res
      }
      void render(error, req, res, (unrendered) => resolve(`left ${unrendered} to others`))
    })
  }
}

function requestOf(app: Express, { method, url, rawHeaders, body }: Input): Request {
  const headers: Record<string, string> = {}
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    if (!Object.hasOwn(headers, name)) headers[name] = rawHeaders[i + 1] as string // the first, as in Node
  }
  const socket = { encrypted: true, remoteAddress: '127.0.0.1' }
  return Object.assign(Object.create(app.request), {
    method,
    url,
    originalUrl: url,
    rawHeaders,
    headers,
    body,
    socket,
  })
}

function responseFor(app: Express, req: Request): Response {
  const headers = new Map<string, string>()
  const get = (name: string) => headers.get(name.toLowerCase())
  return Object.defineProperties(Object.create(app.response), {
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
  return good === false ? `accepted ${req.auth.token}` : undefined
}

/** Fixed words only: nothing of the request can come back. */
const CHALLENGE =
  /^((^|, )(Bearer|DPoP) realm="api"(, algs="[A-Za-z0-9 ]+")?(, error="(invalid_request|invalid_token|invalid_dpop_proof)", error_description="[A-Za-z ]+")?)+$/

function checkRefused(res: Response, body: string, { good }: Input): string | undefined {
  const { statusCode } = res
  if (good) return `refused a good token with ${body}`
  if (statusCode !== 400 && statusCode !== 401) return `answered ${statusCode} ${body}`
  const challenge = String(res.getHeader('WWW-Authenticate'))
  if (!CHALLENGE.test(challenge)) return `challenged with ${JSON.stringify(challenge)}`
  return JSON.parse(body).status === statusCode ? undefined : `answered ${statusCode} with ${body}`
}
