import { hash } from 'node:crypto'
import type { Request } from 'express'
import { after, isPromise } from '../after.js'
import { authError } from '../errors.js'
import type { Issuer, Issuers } from '../issuer/issuers.js'
import type { BindingCheck } from '../proof/binding.js'
import type { Evidence } from '../proof/evidence.js'
import type { Auth, Credentials } from '../request.js'
import { createVerdictCache } from './cache.js'
import type { Introspection } from './introspection.js'
import type { JwtVerifier, Verdict } from './jwt.js'

export interface AccessTokensConfig {
  issuers: Issuers
  verifyJwt: JwtVerifier
  /** Undefined: opaque tokens are refused. */
  introspection: Introspection | undefined
  /** Undefined: no verdict is kept. */
  maxCacheEntries: number | undefined
  bindIssuerToHost: boolean
  checkBinding: BindingCheck | undefined
  isRevoked: ((auth: Auth, req: Request | undefined) => boolean | Promise<boolean>) | undefined
}

/** A token as it was sent. Outside of a request, with what the application says of the sender. */
export interface Presented extends Credentials {
  readonly evidence?: Evidence
}

export interface Accepted {
  readonly auth: Auth
  readonly source: 'jwt' | 'introspection' | 'cache'
}

/** Judges access tokens: a value for one that is known, a promise for one that must be verified first. */
export type AccessTokens = (presented: Presented, req: Request | undefined) => Accepted | Promise<Accepted>

/** Longer tokens are refused unread. Node's own limit for all headers together is 16 KiB too. */
export const MAX_TOKEN_LENGTH = 16_384

/** Where a character is none of b64token's (RFC 6750 §2.1). A search without repetition: nothing to backtrack. */
const NOT_B64TOKEN = /[^A-Za-z0-9\-._~+/]/

export function createAccessTokens(config: AccessTokensConfig): AccessTokens {
  const checkOnEveryRequest = createRequestChecks(config)
  const judgeJwt = createJwtJudge(config, checkOnEveryRequest)
  if (!config.introspection) return judgeJwt
  const judgeOpaque = createOpaqueJudge(config.introspection, checkOnEveryRequest)
  return (presented, req) => (isJwt(presented.token) ? judgeJwt : judgeOpaque)(presented, req)
}

/** Whether a token has the three parts of a JWT, which tells us more than the server could, and costs no question. */
function isJwt(token: string): boolean {
  const headerEnd = token.indexOf('.')
  const claimsEnd = token.indexOf('.', headerEnd + 1)
  return headerEnd >= 0 && claimsEnd >= 0 && !token.includes('.', claimsEnd + 1)
}

/** What an introspection answer is good for is kept there; the rest is asked here, as of any token. */
function createOpaqueJudge(introspection: Introspection, checkOnEveryRequest: RequestCheck): AccessTokens {
  return function judgeOpaque(presented, req) {
    const digest = digestOf(presented.token)
    checkForm(presented.token)
    return after(introspection.judge(presented.token, digest), (introspected) =>
      after(checkOnEveryRequest(introspected, presented, req), () => introspected),
    )
  }
}

function createJwtJudge(config: AccessTokensConfig, checkOnEveryRequest: RequestCheck): AccessTokens {
  const { verifyJwt, issuers, maxCacheEntries } = config
  const cache = maxCacheEntries === undefined ? undefined : createVerdictCache(maxCacheEntries)
  const verify = cache && !issuers.perRequest ? shareFirstUses(verifyJwt) : verifyJwt

  return function judgeJwt(presented, req) {
    const digest = digestOf(presented.token)
    const known = cache?.get(digest)
    if (!known) return verifyFirst(presented, digest, req)
    return after(isCurrent(issuers, known, req), (current) =>
      current ? recheck(known, presented, req) : verifyFirst(presented, digest, req),
    )
  }

  function recheck(
    known: Verdict,
    presented: Presented,
    req: Request | undefined,
  ): Accepted | Promise<Accepted> {
    return after(checkOnEveryRequest(known, presented, req), () => ({ auth: known.auth, source: 'cache' }))
  }

  function verifyFirst(
    presented: Presented,
    digest: string,
    req: Request | undefined,
  ): Accepted | Promise<Accepted> {
    checkForm(presented.token)
    return after(verify(presented.token, req, digest), (verdict) => {
      cache?.set(digest, verdict)
      return after(checkOnEveryRequest(verdict, presented, req), () => ({
        auth: verdict.auth,
        source: 'jwt',
      }))
    })
  }
}

function digestOf(token: string): string {
  if (token.length > MAX_TOKEN_LENGTH) throw authError('token_too_large')
  return hash('sha256', token, 'base64url')
}

/** Padding may only stand at the end: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`. */
function checkForm(token: string): void {
  const end = token.search(NOT_B64TOKEN)
  if (end === 0 || (end > 0 && token.slice(end) !== '='.repeat(token.length - end))) {
    throw authError('credentials_malformed')
  }
}

type SharedVerifier = (token: string, req: Request | undefined, digest: string) => Verdict | Promise<Verdict>

/** Concurrent first uses of one token share one verification. Holds only what is under way. */
function shareFirstUses(verifyJwt: JwtVerifier): SharedVerifier {
  const underWay = new Map<string, Promise<Verdict>>()
  return (token, req, digest) => {
    const shared = underWay.get(digest)
    if (shared) return shared
    const verdict = verifyJwt(token, req)
    if (!isPromise(verdict)) return verdict
    const sharable = verdict.finally(() => underWay.delete(digest))
    underWay.set(digest, sharable)
    return sharable
  }
}

/** What a token turned out to be. */
type Judged = Pick<Verdict, 'auth' | 'issuer'>

type RequestCheck = (judged: Judged, presented: Presented, req: Request | undefined) => void | Promise<void>

/** What depends on the request or on the moment is asked behind the cache, so that no cache can skip it. */
function createRequestChecks({
  bindIssuerToHost,
  checkBinding,
  isRevoked,
}: AccessTokensConfig): RequestCheck {
  const checks: RequestCheck[] = []
  if (bindIssuerToHost) checks.push(({ issuer }, _, req) => checkHost(issuer, req))
  if (checkBinding)
    checks.push(({ auth }, { scheme, evidence }, req) => checkBinding(auth, { scheme, evidence, req }))
  if (isRevoked) checks.push(({ auth }, _, req) => after(isRevoked(auth, req), checkNotRevoked))
  return inOrder(checks)
}

/** Each check waits for the one before it, but never for a promise where there is none. */
function inOrder(checks: readonly RequestCheck[]): RequestCheck {
  return (verdict, presented, req) =>
    checks.reduce<void | Promise<void>>(
      (passed, check) => after(passed, () => check(verdict, presented, req)),
      undefined,
    )
}

/**
 * The application's resolver may trust an issuer for one host and not for another. When it gives an issuer other
 * settings than before, tokens are judged anew by these.
 */
function isCurrent(
  issuers: Issuers,
  { auth, issuer }: Verdict,
  req: Request | undefined,
): boolean | Promise<boolean> {
  return !issuers.perRequest || after(issuers.find(auth.issuer, req), (found) => found === issuer)
}

/** `hostname` heeds X-Forwarded-Host only as far as Express's `trust proxy` allows. */
function checkHost({ hostname }: Issuer, req: Request | undefined): void {
  if (req?.hostname?.toLowerCase() !== hostname) throw authError('issuer_host_mismatch')
}

function checkNotRevoked(revoked: boolean): void {
  if (revoked) throw authError('token_revoked')
}
