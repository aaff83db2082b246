import { jwtVerify } from 'jose'
import { goodClaims } from '../../../craft.js'
import { createProbe } from '../../target.js'
import { common, type GuidedTarget, publicKey, requestWith, sealed, wordsIn } from '../target.js'

const claims = goodClaims({ iat: 1_700_000_000, nbf: 1_700_000_000, exp: 9_999_999_999 })
const good = `{"alg":"ES256","typ":"at+jwt","kid":"crafted"}\n${JSON.stringify(claims)}`
const probe = createProbe({ options: { ...common, cache: false } })
const { issuer, audience, algorithms } = common

/** What jose refuses must not be accepted: with the same issuer, audience, algorithm and tolerance. */
async function isJwt(token: string): Promise<boolean> {
  return jwtVerify(token, publicKey, { issuer, audience, algorithms, clockTolerance: 5 }).then(
    () => true,
    () => false,
  )
}

/** The header and the claims of a token on a line each, which are signed; or any token, which is not. */
export const compactJws: GuidedTarget = {
  name: 'compact-jws',
  good,
  words: [
    ...wordsIn(
      '"alg" "ES256" "none" "typ" "at+jwt" "kid" "crit" "b64" "jwk" "iss" "aud" "exp" "nbf" "iat" "sub" "scope" "scp"',
      '"cnf" "acr" "auth_time" "nonce" "__proto__" null true 0 1e999 9999999999 [] {} {"a": [ : , \\u0000 . e30',
    ),
    '\xed\xa0\x80', // a lone surrogate in UTF-8
    '\n',
  ],
  async judge(input) {
    const { token, isSigned } = sealed(input)
    const mayPass = isSigned && (await isJwt(token)) ? undefined : false
    return probe(requestWith(['Authorization', `Bearer ${token}`], input === good || mayPass))
  },
}
