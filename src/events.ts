import { channel } from 'node:diagnostics_channel'
import type { RefusalCode } from './errors.js'

/** What happened, for metrics and logs. Holds no token, no claim and no key. */
export type AuthEvent =
  | { type: 'accepted'; issuer: string; source: 'jwt' | 'introspection' | 'cache'; seconds: number }
  /** `seconds` is 0 when a check such as `requireScopes` refuses. */
  | { type: 'refused'; code: RefusalCode; seconds: number }
  | { type: 'issuer_discovered'; issuer: string; jwksUri: string }
  | { type: 'keys_refreshed'; issuer: string; keys: number; withdrawn: number }
  | { type: 'keys_refresh_failed'; issuer: string; error: unknown; servingStale: boolean }
  | { type: 'keys_stale'; issuer: string }
  | { type: 'introspection_failed'; issuer: string; error: unknown }

export interface Events {
  /** Whether anybody listens: spares the hot path from building events for nobody. */
  readonly listening: boolean
  emit(event: AuthEvent): void
}

const diagnostics = channel('express-require-auth')

/** Events go to `onEvent` and to the diagnostics channel `express-require-auth`. */
export function createEvents(onEvent?: (event: AuthEvent) => void): Events {
  return {
    get listening() {
      return onEvent !== undefined || diagnostics.hasSubscribers
    },
    emit(event) {
      Object.freeze(event) // two listeners get it
      tell(onEvent, event)
      diagnostics.publish(event)
    },
  }
}

function tell(onEvent: ((event: AuthEvent) => unknown) | undefined, event: AuthEvent): void {
  try {
    const answer = onEvent?.(event)
    if (answer instanceof Promise) answer.catch(ignore)
  } catch {
    // a listener must never fail a request
  }
}

function ignore(): void {}
