import { randomBytes } from 'node:crypto'

/** 256 bits that nobody can guess, safe in URLs. */
export function randomText(): string {
  return randomBytes(32).toString('base64url')
}
