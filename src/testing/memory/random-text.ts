import { randomBytes } from 'node:crypto'

/** Returns 256 random bits as text that is safe in URLs. */
export function randomText(): string {
  return randomBytes(32).toString('base64url')
}
