import { randomUUID } from 'node:crypto'
import type { Algorithm, AuthEvent, RequireAuthOptions } from 'express-require-auth'
import { messages } from '../api.js'
import { type CraftedKey, craft, craftedIssuer, craftKey, goodClaims } from '../craft.js'
import { type Mounting, mount } from '../setup.js'

type Answer = () => Response | Promise<Response>

export function json(body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json', ...headers } })
}

/** An EC key with a `kid` of its own: made at once, unlike an RSA key. */
export function newKey(kid: string = randomUUID()): CraftedKey {
  const { privateKey, jwk } = craftKey('ec', {}, kid)
  return { privateKey, jwk: { ...jwk, alg: 'ES256', use: 'sig' } }
}

/** A key whose signatures are verified in the turn of the request, not on a thread. */
export function newRsaKey(): CraftedKey {
  const { privateKey, jwk } = craftKey('rsa', {}, randomUUID())
  return { privateKey, jwk: { ...jwk, alg: 'RS256', use: 'sig' } }
}

export function signedBy({ privateKey, jwk }: CraftedKey, claims: Record<string, unknown> = {}): string {
  return craft({
    header: { kid: jwk.kid },
    claims: goodClaims({ jti: randomUUID(), ...claims }),
    key: privateKey,
    alg: jwk.kty === 'RSA' ? 'RS256' : 'ES256',
  })
}

/** An issuer that is no more than a `fetch`: it answers what it is told, and counts. */
export function scriptIssuer(url = craftedIssuer) {
  const metadataUrl = `${url.replace(/\/$/, '')}/.well-known/openid-configuration`
  const jwksUri = `${url.replace(/\/$/, '')}/.well-known/jwks.json`
  const answers = new Map<string, Answer>()
  const asked: { url: string; headers: Headers }[] = []
  const script = {
    url,
    jwksUri,
    metadataUrl,
    asked,
    /** How often an address was asked. */
    count: (address: string) => asked.filter((each) => each.url === address).length,
    answer: (address: string, answer: Answer) => void answers.set(address, answer),
    publish: (...keys: CraftedKey[]) =>
      script.answer(jwksUri, () => json({ keys: keys.map(({ jwk }) => jwk) })),
    /** Nothing answers any more. */
    down: () => void answers.clear(),
    up: (...keys: CraftedKey[]) => {
      script.answer(metadataUrl, () => json({ issuer: url, jwks_uri: jwksUri }))
      script.publish(...keys)
    },
    fetch: (async (input: string, { headers }: RequestInit) => {
      asked.push({ url: input, headers: new Headers(headers) })
      const answer = answers.get(input)
      if (!answer) throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } })
      return answer()
    }) as typeof globalThis.fetch,
  }
  return script
}

/** An API that trusts a scripted issuer, which has published `key`. */
export function setupScripted(
  options: Partial<RequireAuthOptions> = {},
  mounting: Mounting = {},
  key = newKey(),
) {
  const script = scriptIssuer()
  script.up(key)
  const events: AuthEvent[] = []
  const defaults: RequireAuthOptions = {
    issuer: script.url,
    audience: messages,
    algorithms: [key.jwk.alg as Algorithm],
    fetch: script.fetch,
    onEvent: (event) => void events.push(event),
  }
  const mounted = mount({ ...defaults, ...options }, mounting)
  const ofType = <T extends AuthEvent['type']>(type: T) =>
    events.filter((event): event is Extract<AuthEvent, { type: T }> => event.type === type)
  return { key, script, events, ofType, ...mounted }
}
