import type { Request } from 'express'
import { after } from '../after.js'
import { authError } from '../errors.js'
import type { Algorithm } from '../jwk.js'
import { createLruMap } from '../lru-map.js'
import type { KeySource } from './jwks.js'

/** A configured issuer with its keys and rules. */
export interface Issuer {
  readonly issuer: string
  /** Lower case, without port. */
  readonly hostname: string
  readonly audience: readonly string[]
  readonly algorithms: readonly Algorithm[]
  readonly keys: KeySource
}

/** Which issuers are trusted, for which request. */
export interface Issuers {
  /** Whether the answer depends on the request, so that it must be asked for every one. */
  readonly perRequest: boolean
  /** Undefined when a function of the application names them one at a time. */
  readonly names: readonly string[] | undefined
  /** @throws `issuer_unknown`, before anything is fetched: the name is the sender's text. */
  find(unverifiedIssuer: unknown, req: Request | undefined): Issuer | Promise<Issuer>
  ready(): Promise<void>
}

/** Asks the application which issuer, if any, stands behind the name in a token. */
export type IssuerResolver<Setting> = (
  unverifiedIssuer: string,
  req: Request | undefined,
) => Setting | undefined | null | Promise<Setting | undefined | null>

export function createFixedIssuers(issuers: readonly Issuer[]): Issuers {
  const byName = new Map(issuers.map((issuer) => [issuer.issuer, issuer]))
  return {
    perRequest: false,
    names: Object.freeze([...byName.keys()]),
    find(unverifiedIssuer) {
      const issuer = byName.get(unverifiedIssuer as string)
      if (!issuer) throw authError('issuer_unknown')
      return issuer
    },
    async ready() {
      await Promise.all(issuers.map(({ keys }) => keys.ready()))
    },
  }
}

/** Sources kept for a resolver: beyond that the one unused longest goes, with its keys. */
const MAX_RESOLVED = 20_000

/**
 * Issuers that a function of the application names one at a time. What it returns is built once and kept by its
 * settings, so that it may return a new object every time.
 */
export function createResolvedIssuers<Setting>(
  resolve: IssuerResolver<Setting>,
  build: (setting: Setting) => Issuer,
): Issuers {
  const built = createLruMap<Issuer>(MAX_RESOLVED)

  function kept(setting: Setting): Issuer {
    const name = typeof setting === 'string' ? setting : JSON.stringify(setting)
    const known = built.get(name)
    if (known) return known
    const issuer = build(setting)
    built.set(name, issuer)
    return issuer
  }

  function check(unverifiedIssuer: string, setting: Setting | undefined | null): Issuer {
    if (setting === undefined || setting === null) throw authError('issuer_unknown')
    const issuer = kept(setting)
    if (issuer.issuer !== unverifiedIssuer) throw authError('issuer_unknown')
    return issuer
  }

  return {
    perRequest: true,
    names: undefined,
    find(unverifiedIssuer, req) {
      if (typeof unverifiedIssuer !== 'string') throw authError('issuer_unknown')
      return after(resolve(unverifiedIssuer, req), (setting) => check(unverifiedIssuer, setting))
    },
    ready: async () => {},
  }
}
