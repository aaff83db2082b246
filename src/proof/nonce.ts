import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Check, secretObject } from '../options/checks.js'
import { checked, type Fields, required } from '../options/schema.js'

/**
 * What nonces for proofs are made with. @see RFC 9449 §8, §9
 *
 * @example
 * const nonce: NonceOptions = { secrets: [newSecret, oldSecret] }
 */
export interface NonceOptions {
  /**
   * What nonces are signed with, each at least 32 characters: the same on every machine. The first signs, all are
   * accepted. To rotate, put the new one in front on every machine, and drop the old one later.
   */
  secrets: string | readonly string[]
}

/** Nonces that carry the time they were made, so that no machine needs to remember them. */
export interface Nonces {
  issue(): string
  /** The epoch second at which one of the machines issued it, undefined for any other text. */
  issuedAt(nonce: unknown): number | undefined
}

const MIN_SECRET_LENGTH = 32

/** A time in base 36, and the HMAC that makes it unpredictable: characters that need no quoting (RFC 9449 §8.1). */
const NONCE = /^([0-9a-z]{1,9})\.[\w-]{43}$/

/** Never shows the value: it is a secret. */
const secretList: Check<readonly string[]> = (value, name) => {
  const secrets = [value].flat()
  const isLong = (secret: unknown) => typeof secret === 'string' && secret.length >= MIN_SECRET_LENGTH
  if (secrets.length > 0 && secrets.every(isLong)) return Object.freeze(secrets as string[])
  throw new TypeError(`${name} must have at least ${MIN_SECRET_LENGTH} characters each`)
}

const NONCE_FIELDS = { secrets: required(secretList) } satisfies Fields<NonceOptions>

/** The nonces that the options mean. */
export const checkedNonces: Check<Nonces> = (value, name) =>
  createNonces(checked(NONCE_FIELDS, secretObject(value, name), { name }).secrets)

function createNonces(secrets: readonly string[]): Nonces {
  return {
    issue: () => signed(Math.floor(Date.now() / 1000).toString(36), secrets[0] as string),
    issuedAt(nonce) {
      const time = typeof nonce === 'string' ? NONCE.exec(nonce)?.[1] : undefined
      if (time === undefined) return undefined
      const isOurs = secrets.some((secret) => isEqual(signed(time, secret), nonce as string))
      return isOurs ? Number.parseInt(time, 36) : undefined
    },
  }
}

function signed(time: string, secret: string): string {
  return `${time}.${createHmac('sha256', secret).update(`dpop-nonce ${time}`).digest('base64url')}`
}

/** Both have the form of a nonce and the same time, so their lengths are equal. */
function isEqual(expected: string, given: string): boolean {
  return timingSafeEqual(Buffer.from(expected), Buffer.from(given))
}
