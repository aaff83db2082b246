import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'

export const audience = 'https://api.northwind.example'

const signWithThreadPool = promisify(sign)
const lanes = 8

/** Makes an RSA-2048 signing key; `jwk` is its public half. */
export function createSigningKey(kid) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }
  return { kid, privateKey, jwk }
}

/** Claims as an Auth0 tenant writes them; every call has another subject. */
export function claimsFor(issuer, { expiresInSeconds = 90 * 86400 } = {}) {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: issuer,
    sub: `auth0|${randomBytes(12).toString('hex')}`,
    aud: [audience, `${issuer}userinfo`],
    iat: Math.min(now, now + expiresInSeconds) - 60,
    exp: now + expiresInSeconds,
    scope: 'openid profile email read:messages write:messages',
    azp: 'aVhyYk5tQ1k3dTBwR2JqT1pLd0l',
    permissions: ['read:messages', 'write:messages'],
  }
}

/** Signs `count` tokens; `claimsOf(index)` gives the claims of each. */
export async function mint(key, count, claimsOf) {
  const tokens = new Array(count)
  let next = 0
  const lane = async () => {
    while (next < count) {
      const index = next++
      tokens[index] = await signed(key, claimsOf(index))
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return tokens
}

async function signed(key, claims) {
  const input = signingInput(key.kid, claims)
  const signature = await signWithThreadPool('sha256', Buffer.from(input), key.privateKey)
  return `${input}.${signature.toString('base64url')}`
}

/** A token whose signature is random: no verifier can tell it from one signed with a key it lacks. */
export function forge(kid, claims) {
  return `${signingInput(kid, claims)}.${randomBytes(256).toString('base64url')}`
}

function signingInput(kid, claims) {
  return `${encode({ alg: 'RS256', typ: 'JWT', kid })}.${encode(claims)}`
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
