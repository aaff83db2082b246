import assert from 'node:assert/strict'
import type { Response } from 'supertest'
import { type Answer, answerOf } from '../refused.js'

/** Holds the whole answer, challenge and body, to what the library promises. */
export function expectAnswer(response: Response, expected: Answer): void {
  assert.deepEqual(answerOf(response), expected)
}

export function expectAdmitted(response: Response): void {
  assert.equal(response.status, 200, JSON.stringify(answerOf(response)))
}

/** A refusal whose code is all that matters here. */
export function expectCode(response: Response, status: number, code: string): void {
  const got = { status: response.status, code: response.body.code }
  assert.deepEqual(got, { status, code }, JSON.stringify(answerOf(response)))
}

/** 403 in the words of RFC 6750 §3.1, whichever check it was. */
export function expectForbidden(response: Response): void {
  assert.equal(response.status, 403, JSON.stringify(answerOf(response)))
  assert.match(response.headers['www-authenticate'] ?? '', /error="insufficient_scope"/)
}
