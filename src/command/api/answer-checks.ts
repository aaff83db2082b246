import { type Finding, fail, note, ok } from '../doctor/finding.js'
import { shown } from '../printable.js'
import type { Answer } from './call.js'
import { type Challenge, challengesOf } from './challenges.js'
import type { Expectation, Probe } from './probes.js'

const SCHEMES = ['bearer', 'dpop']

/** The status that belongs to each error code (RFC 6750 §3.1). */
const STATUS_OF: Readonly<Record<string, number>> = {
  invalid_request: 400,
  invalid_token: 401,
  insufficient_scope: 403,
}

/** Holds an answer to RFC 6750 §3. */
export function checkAnswer({ check, expects, danger }: Probe, answer: Answer): Finding {
  const says = inWords(answer)
  const isTaken = answer.status >= 200 && answer.status < 300
  if (expects === 'taken') return checkTaken(check, answer, says)
  if (isTaken) return fail(check, says, danger)
  if (isElsewhere(answer)) return note(check, `${says}: tells nothing about tokens`)
  const [fault] = faultsOf(expects, answer)
  return fault === undefined ? ok(check, says) : fail(check, says, fault)
}

function inWords({ status, challenge }: Answer): string {
  return challenge === undefined ? `${status}, no WWW-Authenticate` : `${status}, ${shown(challenge, 300)}`
}

/** Nothing there, not this method, or not so often. */
function isElsewhere({ status }: Answer): boolean {
  return [404, 405, 410, 429].includes(status)
}

function checkTaken(check: string, answer: Answer, says: string): Finding {
  const { status } = answer
  if (status >= 200 && status < 300) return ok(check, says)
  if (isElsewhere(answer)) return note(check, `${says}: check path and method of the URL`)
  if (status === 403) return note(check, `${says}: taken, but it lacks what this route demands`)
  if (status === 400 || status === 401)
    return fail(check, says, 'check the token by require-auth doctor --issuer ... --audience ... --token -')
  return fail(check, says, statusChange(status))
}

function statusChange(status: number): string {
  if (status >= 300 && status < 400) return 'an API does not redirect to a login page: let it answer 401'
  if (status >= 500) return 'a token must not break the API: see its log'
  return `let it answer 401, and not ${status}`
}

function faultsOf(expects: Expectation, { status, challenge = '' }: Answer): string[] {
  const allowed = expects === 'unacceptable' ? [400, 401] : [401]
  if (!allowed.includes(status) && !isMalformedRefusal(expects, status, challenge))
    return [statusChange(status)]
  const challenges = challengesOf(challenge).filter(({ scheme }) => SCHEMES.includes(scheme))
  if (challenges.length === 0) return ['let it send WWW-Authenticate with a Bearer challenge (RFC 6750 §3)']
  if (challenges.some(({ params }) => params.size === 0))
    return ['let the challenge have a param, such as realm="api" (RFC 6750 §3)']
  return errorFaults(expects, status, challenges)
}

/** A token that is no b64token makes the request malformed: 400 with `invalid_request` is as right as 401. */
function isMalformedRefusal(expects: Expectation, status: number, challenge: string): boolean {
  const isSaid = challengesOf(challenge).some(({ params }) => params.get('error') === 'invalid_request')
  return expects === 'invalid' && status === 400 && isSaid
}

function errorFaults(expects: Expectation, status: number, challenges: readonly Challenge[]): string[] {
  const errors = challenges.map(({ params }) => params.get('error')).filter((error) => error !== undefined)
  if (expects === 'challenge')
    return errors.length > 0 ? ['leave the error code out where no credentials came (RFC 6750 §3.1)'] : []
  if (errors.length === 0 && expects === 'invalid')
    return ['let the challenge say error="invalid_token" (RFC 6750 §3.1)']
  return errors.flatMap((error) => errorFault(error, status))
}

function errorFault(error: string, status: number): string[] {
  const belonging = STATUS_OF[error]
  if (belonging === status || !Object.hasOwn(STATUS_OF, error)) return []
  return [`${error} goes with status ${belonging}, not ${status} (RFC 6750 §3.1)`]
}
