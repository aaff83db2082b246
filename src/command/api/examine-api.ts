import { reachableHint } from '../doctor/exchange-hints.js'
import { type Finding, fail, note, type Section } from '../doctor/finding.js'
import { createTokenMask } from '../secrets.js'
import { checkAnswer } from './answer-checks.js'
import { callApi, type Method } from './call.js'
import { expiredProbe, type Probe, probesOf, probesWithoutToken } from './probes.js'

export interface ApiExam {
  url: string
  method: Method
  token: string | undefined
  /** Another token, which has expired. */
  expiredToken: string | undefined
}

export function probesFor({ token, expiredToken }: ApiExam): Probe[] {
  return [
    ...probesWithoutToken(),
    ...(token === undefined ? [] : probesOf(token)),
    ...(expiredToken === undefined ? [] : [expiredProbe(expiredToken)]),
  ]
}

/** Calls an API one request after another, whatever guards it. Sends tokens nowhere else. */
export async function examineApi(exam: ApiExam): Promise<Section> {
  const findings: Finding[] = []
  const mask = createTokenMask(exam.token, exam.expiredToken)
  const title = `${exam.method} ${exam.url}`
  for (const probe of probesFor(exam)) {
    try {
      const { status, challenge } = await callApi({ ...exam, ...probe, url: urlFor(exam.url, probe) })
      findings.push(checkAnswer(probe, { status, challenge: challenge && mask(challenge) }))
    } catch (error) {
      const reason = reasonOf(error)
      return {
        title,
        findings: [...findings, fail('reachable', `no answer (${reason})`, reachableHint(reason))],
      }
    }
  }
  return { title, findings: [...findings, ...caveats(findings)] }
}

/** What keeps the answers from telling anything. */
function caveats(findings: readonly Finding[]): Finding[] {
  if (findings.every(({ verdict }) => verdict === 'note'))
    return [fail('path', 'no answer tells anything about tokens', 'check path and method of the URL')]
  const own = findings.find(({ check }) => check === 'token')
  if (own === undefined || own.verdict === 'ok') return []
  return [
    note('caveat', 'the token is not taken as it is: that its spoiled copies are refused proves little'),
  ]
}

function urlFor(base: string, { query }: Probe): string {
  const url = new URL(base)
  if (query !== undefined) url.searchParams.set('access_token', query)
  return url.href
}

/** The system's own word, and no other text. */
function reasonOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown }
  if (name === 'AbortError' || name === 'TimeoutError') return 'timed out'
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'network error'
}
