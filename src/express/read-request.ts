import type { TLSSocket } from 'node:tls'
import type { Request } from 'express'
import type { Guard } from '../guard/guard.js'
import type { TokenPlace } from '../guard/options.js'
import { after } from '../net/after.js'
import type { Presented, RequestEvidence } from '../presented.js'
import type { Scheme } from '../refusal/challenge.js'
import { authError } from '../refusal/errors.js'
import { isRepeated } from './raw-headers.js'
import { createRequestUrls } from './request-url.js'

/** An access token as it was sent: nothing is verified. */
interface Credentials {
  readonly token: string
  readonly scheme: Scheme
}

type Place = TokenPlace<Request>

/** Presents the access token of a request; undefined when there are no credentials for this API. */
export type RequestReader = (
  req: Request,
) => Presented<Request> | undefined | Promise<Presented<Request> | undefined>

/**
 * Makes the reader for a guard. It does not check the form of the token.
 *
 * @throws from the reader: `credentials_malformed` for credentials that are none, `credentials_repeated` for more than
 * one token, whatever the places, and errors of `tokenFrom` and `publicUrl` functions untouched.
 * @see RFC 6750 §2, RFC 9449 §7.1
 */
export function createRequestReader({ rules, schemes, needsEvidence }: Guard<Request>): RequestReader {
  const places = rules.tokenFrom as readonly Place[]
  const isHeaderOnly = places.length === 1 && places[0] === 'header'
  const evidenceOf = needsEvidence ? createEvidenceReader(createRequestUrls(rules.publicUrl)) : undefined

  function present(req: Request, credentials: Credentials | undefined): Presented<Request> | undefined {
    if (credentials === undefined) return undefined
    const { token, scheme } = credentials
    return { token, scheme, evidence: evidenceOf?.(req), context: req }
  }

  return function readRequest(req) {
    if (isHeaderOnly) return present(req, fromHeader(req, schemes))
    return after(fromPlaces(req, places, schemes), (credentials) => present(req, credentials))
  }
}

function createEvidenceReader(urlsOf: (req: Request) => readonly string[]) {
  return (req: Request): RequestEvidence => ({
    method: req.method,
    urls: urlsOf(req),
    proof: req.headers.dpop as string | undefined, // Node joins several by commas, which no proof survives
  })
}

/** The certificate of the TLS connection itself; undefined without one, or without TLS. */
export function tlsCertificate({ socket }: Request) {
  return (socket as Partial<TLSSocket> | undefined)?.getPeerX509Certificate?.()
}

/** Not followed by more of a scheme's name (RFC 9110 §5.6.2). */
const BEARER = /^bearer(?![!#$%&'*+.^_`|~0-9a-z-])/i
const DPOP = /^dpop(?![!#$%&'*+.^_`|~0-9a-z-])/i
const METHODS_WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** The scheme of the Authorization header, when it is one for access tokens. */
export function schemeOf({ headers: { authorization } }: Request): Scheme | undefined {
  if (authorization === undefined) return undefined
  if (BEARER.test(authorization)) return 'Bearer'
  return DPOP.test(authorization) ? 'DPoP' : undefined
}

/** Whether the request has a token in its URL, so that the answer must stay out of shared caches (RFC 6750 §2.3). */
export function hasQueryToken(req: Request): boolean {
  return req.query?.access_token !== undefined
}

/** One place after the other: a promise of one must not be left alone when the next one throws. */
function fromPlaces(
  req: Request,
  places: readonly Place[],
  schemes: readonly Scheme[],
): Credentials | undefined | Promise<Credentials | undefined> {
  const none: Found = []
  const found = places.reduce<Found | Promise<Found>>(
    (earlier, place) =>
      after(earlier, (sent) => after(fromPlace(req, place, schemes), (more) => [...sent, more])),
    none,
  )
  return after(found, sole)
}

type Found = readonly (Credentials | undefined)[]

function sole(found: Found): Credentials | undefined {
  const sent = found.filter((each) => each !== undefined)
  if (sent.length > 1) throw authError('credentials_repeated')
  return sent[0]
}

/** Outside of the Authorization header every token is a Bearer token. */
function fromPlace(
  req: Request,
  place: Place,
  schemes: readonly Scheme[],
): Credentials | undefined | Promise<Credentials | undefined> {
  if (place === 'header') return fromHeader(req, schemes)
  if (place === 'query') return bearer(parameter(req.query?.access_token))
  if (place === 'body') return hasForm(req) ? bearer(parameter(req.body?.access_token)) : undefined
  return after(place(req), (token: unknown) =>
    bearer(token === null || token === '' ? undefined : textOf(token)),
  )
}

function bearer(token: string | undefined): Credentials | undefined {
  return token === undefined ? undefined : { token, scheme: 'Bearer' }
}

/** A parameter without a value is no token, and no absent one either. */
function parameter(value: unknown): string | undefined {
  if (value === '') throw authError('credentials_malformed')
  return textOf(value)
}

/** Parsers of queries, bodies and cookies make lists and objects of what clients send. */
function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) throw authError('credentials_repeated')
  if (value !== undefined && typeof value !== 'string') throw authError('credentials_malformed')
  return value
}

function fromHeader(req: Request, schemes: readonly Scheme[]): Credentials | undefined {
  const { authorization } = req.headers
  if (authorization === undefined) return undefined
  if (Array.isArray(authorization) || isRepeated(req.rawHeaders, 'authorization'))
    throw authError('credentials_repeated')
  const scheme = schemeOf(req)
  if (scheme === undefined || !schemes.includes(scheme)) return undefined
  const token = authorization.slice(scheme.length).replace(/^ +/, '')
  if (token === '' || authorization[scheme.length] !== ' ') throw authError('credentials_malformed')
  return { token, scheme }
}

function hasForm(req: Request): boolean {
  return !METHODS_WITHOUT_BODY.has(req.method) && Boolean(req.is('application/x-www-form-urlencoded'))
}
