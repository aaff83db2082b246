import type { Algorithm } from '../jose/algorithms.js'
import type { JsonObject } from '../jose/compact-jws.js'
import { createLruMap } from '../lru-map.js'
import { after } from '../net/after.js'
import { detailsOf, nearMissHint, oneOf } from '../refusal/details.js'
import { type AuthError, authError } from '../refusal/errors.js'
import type { Events } from '../refusal/events.js'
import { shown } from '../refusal/shown.js'
import type { KeySource } from './key-source.js'
import { fitsTemplate, isTemplate } from './tenant-template.js'

/** A configured issuer with its keys and rules. */
export interface Issuer {
  /** The identifier, or a template of it with `{tenantid}`. */
  readonly issuer: string
  /** Lower case, without port. Undefined for a name that is no URL. */
  readonly hostname: string | undefined
  /** Where its metadata are, when they are not under the issuer. */
  readonly metadataUrl: string | undefined
  /** Whether metadata may be fetched at all: an issuer that is only a name has none. */
  readonly isDiscoverable: boolean
  readonly audience: AudienceRule
  readonly algorithms: readonly Algorithm[]
  readonly kinds: KindRules
  readonly keys: KeySource
}

/** Which claim names the audience, and what it must contain. */
export interface AudienceRule {
  readonly claim: string
  readonly values: readonly string[]
}

/** What this issuer's access tokens look like beside those of RFC 9068. */
export interface KindRules {
  /** Header `typ`s besides the usual ones, in lower case. */
  readonly tokenTypes: readonly string[]
  /** Whether access tokens carry `nonce` or `at_hash`, which elsewhere mark ID tokens. */
  readonly allowIdTokenClaims: boolean
}

/** Which issuers are trusted, for which request. */
export interface Issuers<Context = unknown> {
  /** Whether the answer depends on the request, so that it must be asked for every one. */
  readonly perRequest: boolean
  /** All of them. Undefined when a function of the application names them one at a time. */
  readonly list: readonly Issuer[] | undefined
  /** @throws `issuer_unknown`, before anything is fetched: the name is the sender's text. */
  find(unverifiedClaims: JsonObject, context: Context | undefined): Issuer | Promise<Issuer>
  ready(): Promise<void>
}

/** A function of the application that returns the settings of an issuer it trusts, or nothing. */
export type IssuerResolver<Setting, Context> = (
  unverifiedIssuer: string,
  context: Context | undefined,
) => Setting | undefined | null | Promise<Setting | undefined | null>

export function createFixedIssuers(issuers: readonly Issuer[], events: Events): Issuers {
  const byName = new Map(issuers.map((issuer) => [issuer.issuer, issuer]))
  const templates = issuers.filter(({ issuer }) => isTemplate(issuer))
  const names = issuers.map(({ issuer }) => issuer)
  const watch = createNearMissWatch(names, events)
  return {
    perRequest: false,
    list: Object.freeze([...issuers]),
    find(unverifiedClaims) {
      const { iss } = unverifiedClaims
      const found = byName.get(iss as string)
      if (found && !isTemplate(found.issuer)) return found
      const fitting = templates.find(({ issuer }) => fitsTemplate(issuer, unverifiedClaims))
      if (fitting) return fitting
      watch(iss)
      throw issuerUnknown(names, iss)
    },
    async ready() {
      await Promise.all(issuers.map(({ keys }) => keys.ready()))
    },
  }
}

/** An issuer that is nearly the configured one means a typo in the settings: the operator is told, once for each. */
function createNearMissWatch(names: readonly string[], events: Events) {
  const told = new Set<string>()
  return (unverifiedIssuer: unknown): void => {
    if (!events.listening || typeof unverifiedIssuer !== 'string') return
    if (told.size >= MAX_TOLD || told.has(unverifiedIssuer)) return
    const hint = nearMissHint(names, unverifiedIssuer)
    if (hint === undefined) return
    told.add(unverifiedIssuer)
    events.emit({
      type: 'issuer_near_miss',
      issuer: oneOf(names),
      unverifiedIssuer: shown(unverifiedIssuer, 200),
      hint,
    })
  }
}

const MAX_TOLD = 10

function issuerUnknown(names: readonly string[], iss: unknown): AuthError {
  return authError('issuer_unknown', {
    details: () =>
      detailsOf({ claim: 'iss', expected: oneOf(names), received: iss, hint: nearMissHint(names, iss) }),
  })
}

/** Sources kept for a resolver: beyond that the one unused longest goes, with its keys. */
const MAX_RESOLVED = 20_000

/**
 * Issuers that a function of the application names one at a time. What it returns is built once and kept by its
 * settings, so that it may return a new object every time.
 */
export function createResolvedIssuers<Setting, Context>(
  resolve: IssuerResolver<Setting, Context>,
  build: (setting: Setting) => Issuer,
): Issuers<Context> {
  const built = createLruMap<Issuer>(MAX_RESOLVED)

  function kept(setting: Setting): Issuer {
    const name = typeof setting === 'string' ? setting : JSON.stringify(setting)
    const known = built.get(name)
    if (known) return known
    const issuer = build(setting)
    built.set(name, issuer)
    return issuer
  }

  /** A resolver that returns the name it was called with passes on the sender's text: that may be no issuer at all. */
  function keptOrUnknown(setting: Setting, iss: unknown): Issuer {
    try {
      return kept(setting)
    } catch (error) {
      throw error instanceof TypeError ? issuerUnknown(['an issuer URL'], iss) : error
    }
  }

  function check(unverifiedClaims: JsonObject, setting: Setting | undefined | null): Issuer {
    const { iss } = unverifiedClaims
    if (setting === undefined || setting === null)
      throw issuerUnknown(['one that the issuer function returns'], iss)
    const issuer = setting === iss ? keptOrUnknown(setting, iss) : kept(setting)
    if (issuer.issuer === iss || fitsTemplate(issuer.issuer, unverifiedClaims)) return issuer
    throw issuerUnknown([issuer.issuer], iss)
  }

  return {
    perRequest: true,
    list: undefined,
    find(unverifiedClaims, context) {
      const { iss } = unverifiedClaims
      if (typeof iss !== 'string') throw issuerUnknown(['a string'], iss)
      return after(resolve(iss, context), (setting) => check(unverifiedClaims, setting))
    },
    ready: async () => {},
  }
}
