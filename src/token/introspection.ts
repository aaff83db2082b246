import type { JsonObject } from '../compact-jws.js'
import { authError, isAuthError, type RefusalCode } from '../errors.js'
import { issuerUrl } from '../issuer/issuer-url.js'
import type { Issuer, Issuers } from '../issuer/issuers.js'
import { createLruMap } from '../lru-map.js'
import { wrong } from '../option-checks.js'
import type { Auth } from '../request.js'
import { type ClaimRules, checkClaims, endOf } from './claims.js'
import {
  type IntrospectionOptions,
  type IntrospectionRules,
  introspectionRules,
} from './introspection-options.js'
import { createIntrospectionRequest, type IntrospectionRequestConfig } from './introspection-request.js'
import { authOf } from './jwt.js'

/** What the authorization server said of a token. */
export interface Introspected {
  readonly auth: Auth
  readonly issuer: Issuer
  readonly source: 'introspection' | 'cache'
}

/** Judges opaque access tokens: at once for one that was asked about recently. */
export interface Introspection {
  /** @throws `token_inactive`, `introspection_unavailable`, and what `checkClaims` throws */
  judge(token: string, digest: string): Introspected | Promise<Introspected>
  ready(): Promise<void>
}

export interface IntrospectionContext extends Pick<IntrospectionRequestConfig, 'events' | 'fetch'> {
  issuers: Issuers
  claimRules: ClaimRules
}

const MAX_ACCEPTED = 10_000
/** Apart from the accepted, so that a flood of invented tokens drives out none of them. */
const MAX_REFUSED = 1000
const MAX_REFUSED_SECONDS = 5

type Known = { readonly until: number } & (
  | { readonly introspected: Introspected }
  | { readonly refused: RefusalCode }
)

/**
 * Concurrent questions about one token are one; no raw token is kept as a key.
 *
 * @throws TypeError naming the option that is wrong.
 */
export function createIntrospection(
  options: IntrospectionOptions,
  { issuers, claimRules, ...transport }: IntrospectionContext,
): Introspection {
  const rules = introspectionRules(options)
  const issuer = issuerOf(options, issuers)
  const request = createIntrospectionRequest({ ...transport, rules, issuer })
  const accepted = createLruMap<Known>(MAX_ACCEPTED)
  const refused = createLruMap<Known>(MAX_REFUSED)
  const underWay = new Map<string, Promise<Known>>()

  async function ask(token: string, digest: string): Promise<Known> {
    const askedAt = Date.now() / 1000
    const answer = await request.ask(token)
    const known = judgeAnswer(token, answer, { rules, issuer, claimRules, askedAt })
    const cache = 'refused' in known ? refused : accepted
    if (known.until > askedAt) cache.set(digest, known)
    return known
  }

  function share(token: string, digest: string): Promise<Known> {
    const shared = underWay.get(digest) ?? ask(token, digest).finally(() => underWay.delete(digest))
    underWay.set(digest, shared)
    return shared
  }

  return {
    ready: request.ready,
    judge(token, digest) {
      const known = accepted.get(digest) ?? refused.get(digest)
      if (known && Date.now() / 1000 < known.until) return verdictOf(known, 'cache')
      accepted.delete(digest) // else it would hide what is answered next
      return share(token, digest).then((answered) => verdictOf(answered, 'introspection'))
    },
  }
}

function verdictOf(known: Known, source: Introspected['source']): Introspected {
  if ('refused' in known) throw authError(known.refused)
  return known.introspected.source === source ? known.introspected : { ...known.introspected, source }
}

/** An opaque token does not say whose it is: it goes to one server only, which the application names. */
function issuerOf({ issuer: name }: IntrospectionOptions, { names = [], find }: Issuers): Issuer {
  const sole = name === undefined && names.length === 1 ? names[0] : name
  const url = sole === undefined ? undefined : issuerUrl(sole)
  if (url === undefined || !names.includes(url))
    throw wrong('introspection.issuer', 'one of the configured issuers', name)
  return find(url, undefined) as Issuer // at once, since no function names them
}

interface Asked {
  rules: IntrospectionRules
  issuer: Issuer
  claimRules: ClaimRules
  /** Epoch seconds, before the question was sent. */
  askedAt: number
}

function judgeAnswer(token: string, answer: JsonObject, asked: Asked): Known {
  const { rules, askedAt } = asked
  try {
    return accept(token, answer, asked)
  } catch (error) {
    if (!isAuthError(error)) throw error
    return { refused: error.code, until: askedAt + Math.min(rules.maxAgeSeconds, MAX_REFUSED_SECONDS) }
  }
}

/**
 * The server may have applied times and audience itself, or left that to us: whatever it says is held to the same
 * rules as the claims of a JWT (RFC 7662 §2.2, §4). Without `exp` a token is good until the next question.
 */
function accept(token: string, answer: JsonObject, { rules, issuer, claimRules, askedAt }: Asked): Known {
  const { active, ...said } = answer
  if (active !== true) throw authError('token_inactive')
  checkKind(said)
  const nextQuestion = Math.ceil(Date.now() / 1000 + Math.max(rules.maxAgeSeconds, 1))
  const claims = checkClaims(
    { iss: issuer.issuer, exp: nextQuestion, ...said },
    issuer.audience,
    { ...claimRules, profile: undefined }, // which is about JWTs
  )
  if (claims.iss !== issuer.issuer) throw authError('issuer_unknown')
  const auth = authOf(token, {}, claims)
  const until = Math.min(askedAt + rules.maxAgeSeconds, claims.exp, endOf(claims, claimRules))
  return { introspected: { auth, issuer, source: 'cache' }, until }
}

/** How servers mark access tokens. What is marked as another kind, such as a refresh token, is none. */
const ACCESS_TOKEN_MARKS: Readonly<Record<string, readonly string[]>> = {
  token_type: ['bearer', 'dpop', 'access_token'],
  typ: ['bearer', 'dpop', 'jwt', 'at+jwt', 'application/at+jwt'],
  token_use: ['access', 'access_token'],
}

function checkKind(said: JsonObject): void {
  for (const [name, marks] of Object.entries(ACCESS_TOKEN_MARKS)) {
    const mark = said[name]
    if (mark !== undefined && !marks.includes(String(mark).toLowerCase())) throw authError('type_not_allowed')
  }
  const { token_type: type, cnf } = said
  const isBound = (cnf as { jkt?: unknown } | undefined | null)?.jkt !== undefined
  if (String(type).toLowerCase() === 'dpop' && !isBound) throw authError('claim_invalid') // bound, but to which key?
}
