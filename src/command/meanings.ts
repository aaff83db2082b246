import { kindOf } from '../jose/algorithms.js'
import type { JsonObject } from '../jose/compact-jws.js'
import { moment } from './moment.js'
import { count } from './token-form.js'

/** Says in plain words what a member means, given the object it stands in. */
type Meaning = (value: unknown, members: JsonObject) => string

const TYPES: ReadonlyMap<string, string> = new Map([
  ['at+jwt', 'an access token of RFC 9068'],
  ['application/at+jwt', 'an access token of RFC 9068'],
  ['jwt', 'a JWT of whatever kind'],
  ['application/jwt', 'a JWT of whatever kind'],
  ['dpop+jwt', 'a DPoP proof, which accompanies an access token and is none'],
  ['logout+jwt', 'a logout token, not an access token'],
  ['secevent+jwt', 'a security event, not an access token'],
])

const headerMeanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['alg', algorithm],
  ['typ', type],
  ['kid', () => "names the key in the issuer's key set"],
  ['cty', () => 'type of the content'],
  ['jku', () => 'an address for keys, chosen by the sender: never followed'],
  ['x5u', () => 'an address for a certificate, chosen by the sender: never followed'],
  ['jwk', () => 'a key brought by the sender: never used'],
  ['x5c', () => 'certificates brought by the sender: never used'],
  ['x5t', () => 'thumbprint of a certificate: not used'],
  ['x5t#S256', () => 'thumbprint of a certificate: not used'],
  ['crit', () => 'extensions that must be understood: requireAuth understands none and refuses it'],
  ['b64', () => 'changes what is signed (RFC 7797): requireAuth refuses it'],
  ['zip', () => 'compression: requireAuth refuses it'],
  ['enc', () => 'encryption: requireAuth refuses it'],
])

const claimMeanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['iss', text('issuer: who says that it made the token')],
  ['sub', subject],
  ['aud', audience],
  ['exp', time((past) => (past ? 'expired' : 'expires'))],
  ['nbf', time((past) => (past ? 'valid since' : 'not valid before'))],
  ['iat', time(() => 'issued')],
  ['auth_time', time(() => 'the user logged in')],
  ['jti', text('identifier of this one token')],
  ['scope', scope],
  ['scp', scope],
  ['permissions', list('RBAC permission')],
  ['roles', list('role')],
  ['groups', list('group')],
  ['azp', text('authorized party: the client that asked for the token')],
  ['client_id', text('the client that asked for the token')],
  ['gty', grant],
  ['cnf', confirmation],
  ['org_id', text('the organization it was asked for')],
  ['org_name', text('name of the organization it was asked for')],
  ['acr', text('how strongly the user was authenticated')],
  ['amr', () => 'how the user was authenticated'],
  ['sid', text("the user's session at the issuer")],
  ['act', () => 'who acts for the subject (RFC 8693)'],
  ['may_act', () => 'who may act for the subject (RFC 8693)'],
  ['nonce', () => 'belongs to ID tokens: this may be none for an API'],
  ['at_hash', () => 'belongs to ID tokens: this may be none for an API'],
  ['c_hash', () => 'belongs to ID tokens: this may be none for an API'],
  ['name', () => "the user's name"],
  ['email', () => "the user's e-mail address"],
  ['email_verified', () => 'whether the issuer has seen the user read mail there'],
])

export function headerMeaning(name: string, header: JsonObject): string {
  return headerMeanings.get(name)?.(header[name], header) ?? 'not a header member known here'
}

export function claimMeaning(name: string, claims: JsonObject): string {
  const known = claimMeanings.get(name)?.(claims[name], claims)
  if (known !== undefined) return known
  return /^https?:\/\//.test(name) ? 'added by the tenant, under its own name' : "a claim of the issuer's own"
}

function algorithm(alg: unknown): string {
  if (typeof alg !== 'string') return 'must be the name of an algorithm, which this is not'
  if (alg.toLowerCase() === 'none')
    return 'signed with nothing at all: anyone can have made it, and requireAuth refuses it'
  if (alg.startsWith('HS'))
    return `signed with ${alg}: a shared secret, so that whoever can verify can also sign: requireAuth never takes it`
  return `signed with ${alg}: ${signatureKind(alg)}`
}

function signatureKind(alg: string): string {
  const { kty, padding } = kindOf(alg) ?? {}
  if (kty === 'RSA') return `an RSA signature (${padding === 'pss' ? 'PSS' : 'PKCS #1 v1.5'})`
  if (kty === 'EC') return 'an elliptic curve signature'
  return kty === 'OKP' ? 'an Edwards curve signature' : 'an algorithm not known here'
}

function type(typ: unknown): string {
  const known = typeof typ === 'string' ? TYPES.get(typ.toLowerCase()) : undefined
  return known ?? 'not a type of access tokens: requireAuth refuses it'
}

function text(meaning: string): Meaning {
  return (value) => (typeof value === 'string' ? meaning : `${meaning}. It must be text, which this is not`)
}

function time(verb: (past: boolean) => string): Meaning {
  return (value) => {
    if (!Number.isFinite(value)) return 'must be a number of seconds since 1970, which this is not'
    return `${verb((value as number) <= Date.now() / 1000)} ${moment(value as number)}`
  }
}

function list(noun: string): Meaning {
  return (value) => (Array.isArray(value) ? count(value.length, noun) : 'must be a list, which this is not')
}

function subject(value: unknown, { azp, client_id: clientId = azp }: JsonObject): string {
  const isClient = typeof clientId === 'string' && (value === clientId || value === `${clientId}@clients`)
  return text(`subject: ${isClient ? 'the client itself, no user' : 'whom the token speaks of'}`)(value, {})
}

function audience(value: unknown, { iss }: JsonObject): string {
  const audiences = [value].flat()
  const hasUserinfo = typeof iss === 'string' && audiences.includes(`${iss}userinfo`)
  const userinfo = hasUserinfo ? ', userinfo of the issuer among them' : ''
  if (audiences.length === 1 && userinfo) return "audience: the issuer's own userinfo, no API"
  return audiences.length === 1
    ? 'audience: the API it is for'
    : `audience: the ${audiences.length} recipients it is for${userinfo}`
}

function scope(value: unknown): string {
  const scopes = typeof value === 'string' ? value.split(' ').filter(Boolean) : value
  return Array.isArray(scopes)
    ? `${count(scopes.length, 'scope')} granted`
    : 'must be text, which this is not'
}

function grant(value: unknown): string {
  const isClients = value === 'client-credentials'
  return `grant type: ${isClients ? 'client credentials, a client on its own behalf' : 'how it was obtained'}`
}

function confirmation(value: unknown): string {
  const members = typeof value === 'object' && value !== null ? Object.keys(value) : []
  if (members.includes('jkt')) return 'bound to a DPoP key: good only with a proof of it (RFC 9449)'
  if (members.includes('x5t#S256')) return 'bound to a client certificate: good only over its TLS (RFC 8705)'
  return 'bound to something that the client has: not good without it (RFC 7800)'
}
