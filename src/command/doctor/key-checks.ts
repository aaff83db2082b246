import type { JWK } from 'jose'
import { type KeySet, readKeySet } from '../../issuer/key-set.js'
import { ALGORITHMS, type Algorithm } from '../../jose/algorithms.js'
import type { JsonObject } from '../../jose/compact-jws.js'
import { bitsOf, MAX_RSA_BITS, MIN_RSA_BITS } from '../../jose/verification-key.js'
import { AnswerError, FetchError, type FetchJsonOptions, fetchJson } from '../../net/fetch-json.js'
import { isSafeLink } from '../../net/safe-url.js'
import { shown } from '../printable.js'
import { count } from '../token-form.js'
import { type Finding, fail, note, ok } from './finding.js'

const ASK_ISSUER = 'ask whoever runs the issuer to repair it'

interface KeyReport {
  findings: Finding[]
  keySet?: KeySet
}

/** Fetches the key set and says what `requireAuth` would make of each key. */
export async function checkKeys(
  issuer: string,
  metadata: JsonObject,
  transport: FetchJsonOptions,
): Promise<KeyReport> {
  const { jwks_uri: jwksUri } = metadata
  if (!isSafeLink(jwksUri, issuer)) {
    const says =
      jwksUri === undefined ? 'its metadata has no jwks_uri' : `no safe jwks_uri: ${shown(jwksUri)}`
    return { findings: [fail('key set', says, ASK_ISSUER)] }
  }
  try {
    const { body } = await fetchJson(jwksUri, transport)
    return await examineKeys(issuer, jwksUri, body)
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    return { findings: [fail('key set', error.message, ASK_ISSUER)] }
  }
}

async function examineKeys(issuer: string, jwksUri: string, jwks: unknown): Promise<KeyReport> {
  const keySet = await read(issuer, jwks, ['RS256'])
  if (keySet instanceof AnswerError) {
    const change = await unusableHint(issuer, jwks)
    return { findings: [fail('key set', keySet.message, change), ...checkEach(jwks)] }
  }
  const says = `${count(keySet.size, 'usable key')} for RS256 at ${jwksUri}`
  return { findings: [ok('key set', says), ...checkEach(jwks)], keySet }
}

async function read(
  issuer: string,
  jwks: unknown,
  algorithms: readonly Algorithm[],
): Promise<KeySet | AnswerError> {
  try {
    return await readKeySet(jwks, { issuer, algorithms })
  } catch (error) {
    if (error instanceof AnswerError) return error
    throw error
  }
}

async function unusableHint(issuer: string, jwks: unknown): Promise<string> {
  const others = await read(issuer, jwks, ALGORITHMS)
  if (others instanceof AnswerError) return ASK_ISSUER
  const algorithms = [...new Set([...others.keys()].map(({ alg }) => alg))].map((alg) => `'${alg}'`)
  return `let the issuer sign with RS256, or set algorithms: [${algorithms.join(', ')}] in requireAuth`
}

function checkEach(jwks: unknown): Finding[] {
  const { keys } = (jwks ?? {}) as { keys?: unknown }
  const listed = Array.isArray(keys) ? keys.filter((jwk) => typeof jwk === 'object' && jwk !== null) : []
  return listed.map((jwk: JWK) => checkKey(jwk))
}

function checkKey(jwk: JWK): Finding {
  const kid = jwk.kid === undefined ? 'a key without kid' : `kid ${shown(jwk.kid)}`
  if ('d' in jwk || 'k' in jwk)
    return fail(
      'key',
      `${kid}: its secret part is published`,
      'replace the key at once: anyone can sign with it',
    )
  const says = `${kid}: ${shown(jwk.kty)}, ${shown(jwk.alg ?? 'any algorithm')}`
  if (jwk.use !== undefined && jwk.use !== 'sig') return note('key', `${says}, not for signatures: not used`)
  if (jwk.kty !== 'RSA' || (jwk.alg ?? 'RS256') !== 'RS256') return note('key', `${says}: not used for RS256`)
  const bits = bitsOf(jwk.n)
  if (bits > MAX_RSA_BITS)
    return fail(
      'key',
      `${says}, ${bits} bits: too costly to be used`,
      `let the issuer use ${MAX_RSA_BITS} bits at most`,
    )
  if (bits >= MIN_RSA_BITS) return ok('key', `${says}, ${bits} bits`)
  return fail('key', `${says}, ${bits} bits: too weak to be used`, `let the issuer use ${MIN_RSA_BITS} bits`)
}
