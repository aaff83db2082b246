import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, 'public-test-keys.json')
const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: JsonWebKey[] }
let handedOut = 0

/** A private RSA key of 2048 bits that need not be made. Another one each of 16 times, then the first again. */
export function readyKey(): KeyObject {
  const key = keys[handedOut++ % keys.length] as JsonWebKey
  return createPrivateKey({ key, format: 'jwk' })
}
