import type { Auth } from '../auth.js'
import { createFixedIssuers, createResolvedIssuers, type Issuers } from '../issuer/issuers.js'
import { createIssuerBuilder } from '../issuer/setting.js'
import { isPromise } from '../net/after.js'
import { wrong } from '../options/checks.js'
import type { Presented } from '../presented.js'
import { checkedConfirmations } from '../proof/binding.js'
import type { ResponseHeaders } from '../proof/dpop.js'
import { type Challengers, createChallengers, type Scheme } from '../refusal/challenge.js'
import { authError } from '../refusal/errors.js'
import { createEvents, type Events } from '../refusal/events.js'
import { createIntrospection, type Introspection } from '../token/introspection.js'
import { createJudge } from './judge.js'
import { type GuardOptions, type GuardRules, guardRules } from './options.js'
import { createRequestChecks } from './request-checks.js'

/** What a token turned out to be, for this request. */
export interface Verdict {
  readonly auth: Auth
  readonly source: 'jwt' | 'introspection' | 'cache'
  /** Headers that the request is to be answered with. */
  readonly headers?: ResponseHeaders | undefined
}

/** Decides on access tokens for one API. Knows no framework: an adapter presents tokens and answers requests. */
export interface Guard<Context> {
  readonly rules: GuardRules
  /** The schemes that tokens may come under: with DPoP on also Bearer, if only to be refused in the right words. */
  readonly schemes: readonly Scheme[]
  /** Whether tokens are to be presented with evidence. */
  readonly needsEvidence: boolean
  /** The identifiers of the issuers; undefined when a function names them one at a time. */
  readonly issuers: readonly string[] | undefined
  /** By the scheme that a request used. */
  readonly challengers: Challengers
  readonly events: Events
  /** At once for a token that is known, else later. @throws refusals, outages, and errors of callbacks untouched */
  judge(presented: Presented<Context>): Verdict | Promise<Verdict>
  /** Resolves once keys and introspection endpoint are there. @throws outages */
  ready(): Promise<void>
}

/** @throws TypeError naming the option that is wrong, unknown or contradictory. */
export function createGuard<Context>(options: GuardOptions<Context>): Guard<Context> {
  const rules = guardRules(options)
  const { dpop, bindIssuerToHost } = rules
  const events = createEvents(rules.onEvent)
  const issuers = createIssuers(rules, events)
  const { clockToleranceSeconds, maxTokenAgeSeconds, profile } = rules
  const confirmations = checkedConfirmations(rules)
  if (dpop?.required && !rules.tokenFrom.includes('header'))
    throw new TypeError("tokenFrom must have 'header' where dpop is required: its scheme stands there alone")
  const claimRules = { clockToleranceSeconds, maxTokenAgeSeconds, profile, confirmations }
  const introspection =
    rules.introspection && createIntrospection(rules.introspection, { ...rules, issuers, claimRules, events })
  const judge = createJudge({ rules, claimRules, issuers, introspection })
  const checkRequest = createRequestChecks(rules)
  return Object.freeze({
    rules,
    schemes: dpop ? (['Bearer', 'DPoP'] as const) : (['Bearer'] as const),
    needsEvidence: dpop !== undefined || bindIssuerToHost,
    issuers: issuers.list?.map(({ issuer }) => issuer),
    challengers: createChallengers(rules),
    events,
    judge: (presented: Presented<Context>) => {
      if (presented.token === '' || typeof presented.token !== 'string') throw authError('token_missing')
      const judged = judge(presented)
      if (isPromise(judged)) return judged.then((found) => checkRequest(found, presented))
      return checkRequest(judged, presented)
    },
    ready: () => ready(issuers, introspection),
  })
}

async function ready(issuers: Issuers<never>, introspection: Introspection | undefined): Promise<void> {
  await Promise.all([issuers.ready(), introspection?.ready()])
}

function createIssuers(rules: GuardRules, events: Events): Issuers<never> {
  const { issuer, bindIssuerToHost } = rules
  const build = createIssuerBuilder({ ...rules, events })
  if (typeof issuer === 'function') return createResolvedIssuers(issuer, build)
  const issuers = issuer.map(build)
  if (new Set(issuers.map((each) => each.issuer)).size < issuers.length)
    throw wrong('issuer', 'a list of different issuers', issuer)
  if (bindIssuerToHost && issuers.some(({ hostname }) => hostname === undefined))
    throw new TypeError('bindIssuerToHost must be off where an issuer is a name and no URL')
  return createFixedIssuers(issuers, events)
}
