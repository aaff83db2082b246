import { goodClaims } from '../../../craft.js'
import { createProbe } from '../../target.js'
import { common, type GuidedTarget, parsed, publicJwk, requestWith, tokenWith, wordsIn } from '../target.js'

const token = tokenWith(goodClaims())
const good = JSON.stringify({ keys: [{ ...publicJwk, alg: 'ES256', use: 'sig' }] })

/** Whether the key that signs is in the set, whatever stands beside it. */
function isPublished(text: string): boolean {
  const { keys } = parsed(text)
  return Array.isArray(keys) && keys.some((key) => isOurs(Object(key)))
}

function isOurs({ kty, crv, x, y, kid, d, k }: Record<string, unknown>): boolean {
  const isSame = numberOf(x) === numberOf(publicJwk.x) && numberOf(y) === numberOf(publicJwk.y)
  const isPublic = d === undefined && k === undefined
  return isSame && isPublic && kty === 'EC' && crv === 'P-256' && kid === publicJwk.kid
}

/** Node takes a coordinate with zeros in front, or in a list of one, which is the same number. */
function numberOf(value: unknown): string {
  const text = [value].flat(9).every((each) => typeof each === 'string') ? String(value) : ''
  return Buffer.from(text, 'base64').toString('hex').replace(/^0+/, '')
}

/** The text of a JWK Set. */
export const jwkSet: GuidedTarget = {
  name: 'jwk-set',
  good,
  words: wordsIn(
    '"keys" "kty" "EC" "RSA" "OKP" "oct" "crv" "P-256" "P-384" "Ed25519" "alg" "ES256" "RS256" "use" "sig" "enc" "d" "k"',
    '"key_ops" "verify" "sign" ["verify"] "kid" "crafted" "n" "e" "AQAB" "x" "y" "issuer" "x5c" "__proto__" null 0 [] {}',
    `" , : "${publicJwk.x}" "${publicJwk.y}"`,
  ),
  judge(input) {
    const fetch: typeof globalThis.fetch = async () =>
      new Response(input, { headers: { 'content-type': 'application/json' } })
    const issuer = { issuer: common.issuer, jwksUri: `${common.issuer}keys` }
    const probe = createProbe({ options: { ...common, issuer, fetch }, hasOutages: true })
    const mayPass = isPublished(input) ? undefined : false
    return probe(requestWith(['Authorization', `Bearer ${token}`], input === good || mayPass))
  },
}
