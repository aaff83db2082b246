import type { JsonObject } from '../../jose/compact-jws.js'
import type { Finding as Fault } from '../../refusal/details.js'
import { algorithmFault, headerFault } from '../../token/jwt.js'
import { ID_TOKEN_CLAIMS, type KindContext, markFault, typeFault } from '../../token/kind.js'
import { shown } from '../printable.js'
import { type Finding, fail, ok } from './finding.js'

export function checkHeader(header: JsonObject): Finding {
  const fault = headerFault(header)
  if (!fault) return ok('header', 'no member that must be understood, a well-formed kid')
  const change = 'get an access token for an API: this is some other kind of JWS'
  if (fault.header !== 'kid')
    return fail('header', `${fault.header} changes what a signature means: refused`, change)
  return fail('header', `kid ${shown(fault.received)} is not ${fault.expected}`, change)
}

export function checkType(header: JsonObject, claims: JsonObject, context: KindContext): Finding {
  const typ = header.typ === undefined ? 'no typ' : `typ ${shown(header.typ)}`
  const fault = typeFault(header, claims, context) ?? markFault(claims)
  if (!fault) return ok('typ', `${typ} passes for an access token`)
  if (fault.claim !== undefined) return checkMark(fault)
  return fail('typ', `${typ} is not ${fault.expected}`, typeChange(context))
}

function checkMark({ claim, received, hint = '' }: Fault): Finding {
  const isIdToken = ID_TOKEN_CLAIMS.some((each) => each === claim) || /^id(_token)?$/i.test(shown(received))
  const kind = isIdToken ? 'an ID token' : 'no access token'
  return fail('typ', `${kind}, by its claim ${claim}: ${shown(received)}`, hint)
}

function typeChange({ profile }: KindContext): string {
  if (profile === 'rfc9068') return 'let the issuer make access tokens of RFC 9068, or leave profile out'
  return 'send the access token; if the issuer writes that typ into access tokens, set its tokenTypes'
}

export function checkAlgorithm({ alg }: JsonObject, algorithms: readonly string[]): Finding {
  if (algorithms.some((each) => each === alg)) return ok('alg', shown(alg))
  const { expected = '', hint = '' } = algorithmFault(alg, algorithms)
  const isKnown = hint.startsWith('algorithms:')
  const change = isKnown ? `let the issuer sign with ${expected}; or ${hint}` : hint
  return fail('alg', `${shown(alg ?? 'no algorithm')} is not ${expected}`, change)
}
