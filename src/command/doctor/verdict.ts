import { decodeJwt } from 'jose'
import { type AuthError, isAuthError } from '../../refusal/errors.js'
import type { RefusalCode } from '../../refusal/table.js'
import { shown } from '../printable.js'
import { type Finding, fail, note, ok } from './finding.js'
import type { TokenExam } from './token-checks.js'

/** What to do about refusals that no check before has found. */
const CHANGES: Partial<Record<RefusalCode, string>> = {
  keys_unavailable: 'see what is said of the issuer above',
  introspection_unavailable: 'check the id and the secret of the client, and that it may introspect',
  token_inactive: 'get a new token: the issuer says it expired, was revoked, or is none of its own',
  binding_required: 'get a token that is bound, or leave `required` out of dpop or mtls',
}

/** Asks `requireAuth` itself. */
export async function checkVerdict(exam: TokenExam, before: readonly Finding[]): Promise<Finding> {
  try {
    const { subject, scopes } = await exam.setup.auth.verify(exam.token, evidenceFor(exam))
    const who = subject === undefined ? 'nobody in particular' : shown(subject)
    return ok(
      'verdict',
      `requireAuth accepts it: subject ${who}, scopes ${shown(scopes.join(' ') || 'none')}`,
    )
  } catch (error) {
    if (!isAuthError(error)) throw error
    return refused(error, before)
  }
}

/** There is no request: that of a client which called the right host stands in for it. */
function evidenceFor({ token, setup }: TokenExam) {
  if (!setup.rules.bindIssuerToHost) return {}
  try {
    return { url: decodeJwt(token).iss }
  } catch {
    return {}
  }
}

function refused(error: AuthError, before: readonly Finding[]): Finding {
  // bindings are checked last: everything else has passed
  if (error.code === 'binding_mismatch')
    return note(
      'verdict',
      'requireAuth accepts the token, beside the proof or the certificate it is bound to: none is at hand here',
    )
  const { status, code, message, cause, details } = error
  const reason = cause instanceof Error ? ` (${shown(cause.message)})` : ''
  const isExplained = before.some(({ verdict }) => verdict === 'FAIL')
  const change = isExplained
    ? 'see the lines above'
    : (CHANGES[code] ?? details?.hint ?? 'see the lines above')
  return fail('verdict', `requireAuth answers ${status} ${code}: ${message}${reason}`, change)
}
