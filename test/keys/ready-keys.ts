import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, 'public-test-keys.json')
const { keys, bySize } = JSON.parse(readFileSync(file, 'utf8')) as {
  keys: JsonWebKey[]
  bySize: Record<number, JsonWebKey>
}
let handedOut = 0

/** A private RSA key of 2048 bits that need not be made. Another one each of 16 times, then the first again. */
export function readyKey(): KeyObject {
  const key = keys[handedOut++ % keys.length] as JsonWebKey
  return createPrivateKey({ key, format: 'jwk' })
}

/** The one private RSA key of another size, where there is one: a key of 4104 bits takes seconds to make. */
export function readyKeyOfSize(bits: number): KeyObject | undefined {
  const key = bySize[bits]
  return key && createPrivateKey({ key, format: 'jwk' })
}
