import { isLoopback, isSafeUrl } from '../../net/safe-url.js'
import { CommandError, usageError } from '../command-error.js'
import type { Terminal } from '../terminal.js'
import { count } from '../token-form.js'
import type { Method } from './call.js'
import { type ApiExam, probesFor } from './examine-api.js'
import { isExpired } from './probes.js'

const METHODS: readonly Method[] = ['GET', 'HEAD', 'OPTIONS']
/** What a header can hold of a token (RFC 6750 §2.1). */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

interface Values {
  url: string | undefined
  method: string | undefined
  expired: string | undefined
}

/** What `--api` and the flags beside it say. Undefined without `--api`. @throws CommandError */
export function readApi({ url, method = 'GET', expired }: Values): Omit<ApiExam, 'token'> | undefined {
  if (url === undefined) {
    if (expired !== undefined) throw usageError('--expired-token needs --api')
    return undefined
  }
  if (!isSafeUrl(url) || url.includes('#'))
    throw usageError('--api must be an https URL without fragment (http only for loopback hosts)')
  const known = METHODS.find((each) => each === method.toUpperCase())
  if (!known) throw usageError(`--method must be one of ${METHODS.join(', ')}`)
  if (expired !== undefined && !isExpired(expired))
    throw usageError('--expired-token must be a JWT whose exp has passed')
  return { url, method: known, expiredToken: expired }
}

/** Asks before anything is sent to a host elsewhere. @throws CommandError where the answer is no */
export async function confirmApi(exam: ApiExam, isAgreed: boolean, terminal: Terminal): Promise<void> {
  const { url, token } = exam
  if (token !== undefined && !B64TOKEN.test(token))
    throw usageError('the token cannot be sent: give it alone, without "Bearer" and line breaks')
  const { hostname, host } = new URL(url)
  if (isAgreed || isLoopback(hostname)) return
  const what = token === undefined ? '' : ', with the token and spoiled copies of it'
  const question = `Send ${count(probesFor(exam).length, 'request')} to ${host}${what}?`
  if (!(await terminal.confirm(question))) throw new CommandError('nothing was sent')
}
