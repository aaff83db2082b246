import type { RequireAuthOptions } from '../../express/options.js'
import { type RequireAuth, requireAuth } from '../../express/require-auth.js'
import { type GuardRules, guardRules } from '../../guard/options.js'
import type { Issuer } from '../../issuer/issuers.js'
import { createIssuerBuilder, type IssuerSetting } from '../../issuer/setting.js'
import { createEvents } from '../../refusal/events.js'

/** An issuer as the middleware would use it, and where its keys come from. */
export interface Target {
  readonly issuer: Issuer
  /** Undefined: the metadata name the address. */
  readonly jwksUri: string | undefined
  /** Keys of the configuration. */
  readonly jwks: unknown
}

/** The middleware that is examined, with its checked options. */
export interface Setup {
  readonly auth: RequireAuth
  readonly rules: GuardRules
  readonly targets: readonly Target[]
}

/** @throws TypeError of `requireAuth` itself, naming the option that is wrong. */
export function createSetup(options: RequireAuthOptions): Setup {
  const auth = requireAuth(options)
  const rules = guardRules(options)
  const { issuer: settings } = rules
  if (typeof settings === 'function') throw new TypeError('issuer must be settings, got a function')
  const build = createIssuerBuilder({ ...rules, events: createEvents(undefined) })
  return { auth, rules, targets: settings.map((setting) => targetOf(setting, build(setting))) }
}

function targetOf(setting: IssuerSetting, issuer: Issuer): Target {
  const { jwksUri, jwks } = typeof setting === 'string' ? { jwksUri: undefined, jwks: undefined } : setting
  return { issuer, jwksUri, jwks }
}
