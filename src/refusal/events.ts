import { channel } from 'node:diagnostics_channel'
import type { RefusalDetails } from './errors.js'
import type { RefusalCode } from './table.js'

/**
 * What happened, for metrics and logs. Holds no token and no key.
 *
 * `reason` is the message of `error`, which JSON would leave out.
 *
 * @example
 * const onEvent = (event: AuthEvent) => {
 *   if (event.type === 'refused') log.info({ code: event.code, details: event.details })
 * }
 */
export type AuthEvent =
  | { type: 'accepted'; issuer: string; source: 'jwt' | 'introspection' | 'cache'; seconds: number }
  /** `seconds` is 0 when a check such as `requireScopes` refuses. */
  | { type: 'refused'; code: RefusalCode; seconds: number; details?: RefusalDetails }
  /** A token's `iss` differs from a configured issuer only by the last slash, case, scheme or port. Told once each. */
  | { type: 'issuer_near_miss'; issuer: string; unverifiedIssuer: string; hint: string }
  | { type: 'issuer_discovered'; issuer: string; jwksUri: string }
  | { type: 'keys_refreshed'; issuer: string; keys: number; withdrawn: number }
  | { type: 'keys_refresh_failed'; issuer: string; reason: string; error: unknown; servingStale: boolean }
  | { type: 'keys_stale'; issuer: string }
  /** Different keys share a `kid` and an algorithm, so that none of them is used. */
  | { type: 'keys_ambiguous'; issuer: string; kid: string }
  | { type: 'introspection_failed'; issuer: string; reason: string; error: unknown }

export interface Events {
  /** Whether anybody listens: the hot path builds no events for nobody. */
  readonly listening: boolean
  emit(event: AuthEvent): void
}

const diagnostics = channel('express-require-auth')

/** Sends events to `onEvent` and to the diagnostics channel `express-require-auth`. */
export function createEvents(onEvent?: (event: AuthEvent) => void): Events {
  return {
    get listening() {
      return onEvent !== undefined || diagnostics.hasSubscribers
    },
    emit(event) {
      Object.freeze(event) // several listeners get the same object
      notify(onEvent, event)
      diagnostics.publish(event)
    },
  }
}

/** A listener never fails a request, whether it throws or rejects. */
function notify(onEvent: ((event: AuthEvent) => unknown) | undefined, event: AuthEvent): void {
  try {
    const result = onEvent?.(event)
    if (result instanceof Promise) result.catch(ignore)
  } catch {
    // as above
  }
}

function ignore(): void {}
