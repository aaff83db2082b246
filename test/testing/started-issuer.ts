import { startTestIssuer, type TestIssuerOptions } from 'express-require-auth/testing'
import { onTestFinished } from 'vitest'
import { readyKey } from '../keys/ready-keys.js'

export const messages = 'https://messages.northwind.com'

export const worker = { client_id: 'messages-worker', client_secret: 'messages-worker-secret' }
export const admin = { client_id: 'messages-admin', client_secret: 'messages-admin-secret' }

/** A test issuer with a ready key, closed when the test ends. */
export async function startedIssuer(options?: TestIssuerOptions) {
  const issuer = await startTestIssuer({ signingKey: readyKey(), ...options })
  onTestFinished(issuer.close)
  return issuer
}
