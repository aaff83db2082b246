import { hash } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { parseUrl } from '../../../../src/net/safe-url.js'
import { goodClaims } from '../../../craft.js'
import { createProbe } from '../../target.js'
import {
  common,
  type GuidedTarget,
  parsed,
  publicJwk,
  requestWith,
  sealed,
  tokenWith,
  wordsIn,
} from '../target.js'

const token = tokenWith(goodClaims({ cnf: { jkt: await calculateJwkThumbprint(publicJwk) } }))
const ath = hash('sha256', token, 'base64url')
const NOW = '1111111111'
const goodHeader = JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk })
const good = `${goodHeader}\n{"jti":"a","htm":"GET","htu":"https://a/messages","iat":${NOW},"ath":"$ath"}`
const replayStore = { claim: async () => true } // inputs are run again
const probe = createProbe({ options: { ...common, dpop: { replayStore } } })

/** What RFC 9449 §4.3 demands at the least. */
function isProof(text: string): boolean {
  const [header, claims] = text.split('\n', 2).map(parsed)
  return isOurs(header ?? {}) && isForRequest(claims ?? {})
}

function isOurs({ typ, alg, jwk }: Record<string, unknown>): boolean {
  const { x, y, d } = Object(jwk)
  return typ === 'dpop+jwt' && alg === 'ES256' && x === publicJwk.x && y === publicJwk.y && d === undefined
}

function isForRequest({ htm, htu, jti, iat, ath: sent }: Record<string, unknown>): boolean {
  const isRecent = typeof iat === 'number' && Math.abs(Date.now() / 1000 - iat) < 400
  const isNamed = typeof jti === 'string' && jti !== ''
  return isRecent && isNamed && htm === 'GET' && isTarget(htu) && sent === ath
}

function isTarget(htu: unknown): boolean {
  const url = typeof htu === 'string' ? parseUrl(htu) : undefined
  return url?.protocol === 'https:' && url.host === 'a' && unescaped(url.pathname) === '/messages'
}

function unescaped(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (octet) => String.fromCharCode(Number.parseInt(octet.slice(1), 16)))
}

/** The header and the claims of a proof on a line each, where `1111111111` stands for now and `$ath` for the hash of the token. */
export const proof: GuidedTarget = {
  name: 'proof',
  good,
  words: [
    ...wordsIn(
      '"typ" "dpop+jwt" "alg" "ES256" "none" "jwk" "kty" "EC" "crv" "P-256" "x" "y" "d" "crit" "b64" "kid" "jti" "htm"',
      `"GET" "htu" "https://a/messages" "iat" ${NOW} "ath" "$ath" "nonce" "nbf" "exp" 9999999999 "__proto__" null true 0 []`,
      `{} "${publicJwk.x}" "${publicJwk.y}" % / ? # : , .`,
    ),
    '\n',
  ],
  judge(input) {
    const text = input.replaceAll(NOW, String(Math.floor(Date.now() / 1000))).replaceAll('$ath', ath)
    const { token: sent, isSigned } = sealed(text)
    const mayPass = isSigned && isProof(text) ? undefined : false
    return probe(requestWith(['Authorization', `DPoP ${token}`, 'DPoP', sent], input === good || mayPass))
  },
}
