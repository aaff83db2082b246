import { generateKeyPairSync, hash, randomUUID, sign } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { claimsFor, mint } from '../tokens.js'

/** The host that proofs are made for: servers listen on ports not known before. */
const host = 'api.northwind.example'

/** Makes a client: an ES256 key (`jwk` is its public half) and an access token of `issuer` that is bound to it. */
export async function createClient(issuerKey, issuer) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = publicKey.export({ format: 'jwk' })
  const cnf = { jkt: await calculateJwkThumbprint(jwk) }
  const [token] = await mint(issuerKey, 1, () => ({ ...claimsFor(issuer), cnf }))
  return { jwk, privateKey, token }
}

/** Headers of `count` requests, as JSON: the client's token, and in each a proof that was never used. */
export function requestsOf({ jwk, privateKey, token }, count) {
  const header = encode({ typ: 'dpop+jwt', alg: 'ES256', jwk })
  const ath = hash('sha256', token, 'base64url')
  return Array.from({ length: count }, () => {
    const input = `${header}.${encode({ ...claimsNow(), ath })}`
    const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    const dpop = `${input}.${signature.toString('base64url')}`
    return JSON.stringify({ host, authorization: `DPoP ${token}`, dpop })
  })
}

function claimsNow() {
  return { jti: randomUUID(), htm: 'GET', htu: `http://${host}/`, iat: Math.floor(Date.now() / 1000) }
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
