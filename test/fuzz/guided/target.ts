import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { RequireAuthOptions } from 'express-require-auth'
import type { JWK } from 'jose'
import { messages } from '../../api.js'
import { answering, craft, craftedIssuer, seal } from '../../craft.js'
import type { Input } from '../inputs.js'

/** One kind of input to fuzz. */
export interface GuidedTarget {
  name: string
  /** An input that must be let through, or the harness would prove nothing. */
  good: string
  /** What inputs consist of. */
  words: readonly string[]
  /** Resolves with what is wrong about the answer to `input`, if anything. Leaves nothing behind. */
  judge(input: string): Promise<string | undefined>
}

/** The P-256 key of RFC 7517 appendix A.2: the same in every run, so that inputs can be kept. */
const published = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
}
export const publicJwk: JWK = { ...published, kid: 'crafted' }
export const privateKey: KeyObject = createPrivateKey({
  key: { ...published, d: '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE' },
  format: 'jwk',
})
export const publicKey: KeyObject = createPublicKey(privateKey)

/** Of an API that trusts this key. */
export const common = {
  issuer: craftedIssuer,
  audience: messages,
  algorithms: ['ES256'],
  fetch: answering(publicJwk),
} satisfies RequireAuthOptions

/** A good token, signed with that key. */
export const tokenWith = (claims: Readonly<Record<string, unknown>>) =>
  craft({ key: privateKey, alg: 'ES256', claims })

/** Signs `header \n claims`, so that what comes after the signature is reached. Other text stays as it is. */
export function sealed(input: string): { token: string; isSigned: boolean } {
  const [header, claims] = input.split('\n', 2)
  if (header === undefined || claims === undefined) return { token: headerValue(input), isSigned: false }
  const parts = [header, claims].map((part) => Buffer.from(part, 'latin1').toString('base64url'))
  return { token: seal(parts.join('.'), privateKey, 'ES256'), isSigned: true }
}

/** JSON as lenient as it gets. */
export function parsed(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

/** Node's parser takes no other bytes within a value, and trims it. */
export function headerValue(text: string): string {
  return text.replace(/[^\t -~\u0080-\u00ff]/g, ' ').replace(/^[\t ]+|[\t ]+$/g, '')
}

/** A request with these headers. It must be let through, may be (undefined), or must not. */
export function requestWith(headers: readonly string[], good: boolean | undefined): Input {
  return { method: 'GET', url: '/messages', rawHeaders: ['Host', 'a', ...headers], body: undefined, good }
}

/** Words that stand in lines, apart from each other. */
export function wordsIn(...lines: string[]): string[] {
  return lines.flatMap((line) => line.split(' '))
}
