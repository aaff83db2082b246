import { span } from '../moment.js'
import { type Finding, fail, note, ok } from './finding.js'

/** Reads the issuer's clock off the answers it gives anyway. */
export interface ClockWatch {
  fetch: typeof globalThis.fetch
  finding(): Finding
}

interface Reading {
  /** How far this machine's clock is ahead of the issuer's. */
  aheadSeconds: number
  /** The Date header has whole seconds, and the answer took its way. */
  uncertainSeconds: number
  /** Whether a cache on the way answered, with the date of long ago. */
  cached: boolean
}

export function createClockWatch(toleranceSeconds: number): ClockWatch {
  let best: Reading | undefined
  return {
    async fetch(input, init) {
      const sentAt = Date.now()
      const response = await globalThis.fetch(input, init)
      const reading = read(response.headers, sentAt, Date.now())
      if (reading && reading.uncertainSeconds < (best?.uncertainSeconds ?? Number.POSITIVE_INFINITY))
        best = reading
      return response
    },
    finding: () => judge(best, toleranceSeconds),
  }
}

/** @see RFC 9110 §6.6.1, RFC 9111 §5.1 */
function read(headers: Headers, sentAt: number, receivedAt: number): Reading | undefined {
  const issuerTime = Date.parse(headers.get('date') ?? '') + 500
  if (Number.isNaN(issuerTime)) return undefined
  return {
    aheadSeconds: ((sentAt + receivedAt) / 2 - issuerTime) / 1000,
    uncertainSeconds: (receivedAt - sentAt) / 2000 + 0.5,
    cached: Number(headers.get('age') ?? 0) > 0,
  }
}

function judge(reading: Reading | undefined, toleranceSeconds: number): Finding {
  if (!reading) return note('clock', 'the issuer does not tell its time (no Date header)')
  if (reading.cached) return note('clock', 'a cache answered for the issuer, so its time is not known')
  const { aheadSeconds, uncertainSeconds } = reading
  const certain = Math.abs(aheadSeconds) - uncertainSeconds
  if (certain <= toleranceSeconds)
    return ok('clock', `agrees with the issuer's within ${toleranceSeconds} seconds`)
  const direction = aheadSeconds > 0 ? 'ahead of' : 'behind'
  return fail(
    'clock',
    `this machine's clock is ${span(Math.abs(aheadSeconds))} ${direction} the issuer's, ${effect(aheadSeconds)}`,
    'set the clocks by NTP, on every machine that checks tokens',
  )
}

function effect(aheadSeconds: number): string {
  return aheadSeconds > 0 ? 'so tokens end too early' : 'so fresh tokens are refused as not yet valid'
}
