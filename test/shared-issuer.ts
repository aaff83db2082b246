import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'
import { readyKey } from './keys/ready-keys.js'

let shared: Promise<TestIssuer> | undefined

/** One issuer for all tests of a file. */
export function sharedIssuer(): Promise<TestIssuer> {
  shared ??= startTestIssuer({ signingKey: readyKey() })
  return shared
}

/** Called at the end of each file, since the next one may run in the same process. */
export async function closeSharedIssuer(): Promise<void> {
  const former = shared
  shared = undefined
  await (await former)?.close()
}
