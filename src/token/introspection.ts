import type { Auth } from '../auth.js'
import type { Issuer, Issuers } from '../issuer/issuers.js'
import type { JsonObject } from '../jose/compact-jws.js'
import { createLruMap } from '../lru-map.js'
import { after } from '../net/after.js'
import { isSafeUrl } from '../net/safe-url.js'
import { createSingleFlight } from '../net/single-flight.js'
import { wrong } from '../options/checks.js'
import { authError, isAuthError, type RefusalDetails } from '../refusal/errors.js'
import type { RefusalCode } from '../refusal/table.js'
import type { ClaimRules } from './claims.js'
import { accepted, confirmed, type Introspected } from './introspection-answer.js'
import type { IntrospectionRules } from './introspection-options.js'
import { createIntrospectionRequest, type IntrospectionRequestConfig } from './introspection-request.js'

/** Judges tokens by asking the authorization server: at once for one that was asked about recently. */
export interface Introspection {
  /** Judges an opaque token. @throws `token_inactive`, `introspection_unavailable`, and what `checkClaims` throws */
  judge(token: string, digest: string): Introspected | Promise<Introspected>
  /** Confirms a JWT that was verified here. @throws `token_inactive`, `introspection_unavailable` */
  confirm(auth: Auth, digest: string): void | Promise<void>
  /** Whether `confirm` has to be asked about tokens of this issuer. */
  confirms(issuer: Issuer): boolean
  ready(): Promise<void>
}

export interface IntrospectionContext extends Pick<IntrospectionRequestConfig, 'events' | 'fetch'> {
  readonly issuers: Issuers<never>
  readonly claimRules: ClaimRules
  readonly httpHosts: readonly string[]
}

const MAX_ACCEPTED = 10_000
/** Kept apart from the accepted, so that a flood of invented tokens drives out none of them. */
const MAX_REFUSED = 1000
const MAX_REFUSED_SECONDS = 5

/** An answer with its two ends: its age runs on the monotonic clock, the token's `exp` on the wall clock. */
type Known = { readonly usableUntil: number; readonly endsAt: number } & (
  | { readonly introspected: Introspected | undefined }
  | { readonly refused: RefusalCode; readonly details: RefusalDetails | undefined }
)

/** Makes a verdict of an answer. @throws refusals */
type Judge = (answer: JsonObject) => { introspected: Introspected | undefined; endsAt: number }

/**
 * Concurrent questions about one token are one; no raw token is kept as a key.
 *
 * @throws TypeError naming the option that is wrong.
 */
export function createIntrospection(
  rules: IntrospectionRules,
  { issuers, claimRules, httpHosts, ...transport }: IntrospectionContext,
): Introspection {
  if (rules.endpoint !== undefined && !isSafeUrl(rules.endpoint, httpHosts))
    throw wrong(
      'introspection.endpoint',
      'an https URL (http only for loopback hosts and httpHosts)',
      rules.endpoint,
    )
  const issuer = issuerOf(rules, issuers)
  if (rules.endpoint === undefined && !issuer.isDiscoverable)
    throw new TypeError(`introspection.endpoint must be given: no metadata of ${issuer.issuer} are fetched`)
  const { clockToleranceSeconds } = claimRules
  const metadata = { issuer: issuer.issuer, metadataUrl: issuer.metadataUrl, httpHosts }
  const request = createIntrospectionRequest({ ...transport, rules, issuer, metadata, clockToleranceSeconds })
  const memory = createMemory()
  const flights = createSingleFlight<Known>()

  async function ask(token: string, digest: string, judge: Judge): Promise<Known> {
    const askedAt = performance.now()
    const known = verdictOn(await request.ask(token), judge, { rules, askedAt })
    memory.set(digest, known)
    return known
  }

  function find(token: string, digest: string, judge: Judge): Known | Promise<Known> {
    return memory.get(digest) ?? flights.run(digest, () => ask(token, digest, judge))
  }

  return {
    ready: request.ready,
    confirms: ({ issuer: name }) => rules.jwts && name === issuer.issuer,
    confirm(auth, digest) {
      const judge = (answer: JsonObject) => confirmed(answer, auth)
      return after(find(auth.token, digest, judge), (known) => void admitted(known))
    },
    judge(token, digest) {
      const known = memory.get(digest)
      if (known) return admitted(known) as Introspected
      const judge = (answer: JsonObject) => accepted(token, answer, { rules, issuer, claimRules })
      return after(find(token, digest, judge), (found) => ({
        ...(admitted(found) as Introspected),
        source: 'introspection' as const,
      }))
    },
  }
}

function admitted(known: Known): Introspected | undefined {
  if (!('refused' in known)) return known.introspected
  const { refused, details } = known
  throw authError(refused, { details: details && (() => details) })
}

function createMemory() {
  const accepted = createLruMap<Known>(MAX_ACCEPTED)
  const refused = createLruMap<Known>(MAX_REFUSED)
  const isUsable = ({ usableUntil, endsAt }: Known) =>
    performance.now() < usableUntil && Date.now() / 1000 < endsAt
  return {
    get(digest: string): Known | undefined {
      const known = accepted.get(digest) ?? refused.get(digest)
      if (known && isUsable(known)) return known
      accepted.delete(digest) // else it would hide what is answered next
      return undefined
    },
    set(digest: string, known: Known): void {
      if (isUsable(known)) ('refused' in known ? refused : accepted).set(digest, known)
    },
  }
}

/** An opaque token does not name its issuer: it goes to one server only, which the application names. */
function issuerOf({ issuer: name }: IntrospectionRules, { list = [] }: Issuers<never>): Issuer {
  const sole = name === undefined && list.length === 1 ? list[0] : undefined
  const named = name === undefined ? [] : [name, `https://${name}/`]
  const issuer = sole ?? list.find((each) => named.includes(each.issuer))
  if (issuer) return issuer
  throw wrong('introspection.issuer', 'one of the configured issuers', name)
}

function verdictOn(
  answer: JsonObject,
  judge: Judge,
  { rules, askedAt }: { rules: IntrospectionRules; askedAt: number },
): Known {
  const { maxAgeSeconds } = rules
  try {
    return { ...judge(answer), usableUntil: askedAt + maxAgeSeconds * 1000 }
  } catch (error) {
    if (!isAuthError(error)) throw error
    const usableUntil = askedAt + Math.min(maxAgeSeconds, MAX_REFUSED_SECONDS) * 1000
    return { refused: error.code, details: error.details, usableUntil, endsAt: Number.POSITIVE_INFINITY }
  }
}
