import { type AuthError, challengeParamsOf, wordsOf } from './errors.js'

/** How an access token can be sent: RFC 6750, RFC 9449. */
export type Scheme = 'Bearer' | 'DPoP'

/** The auth-params of every challenge. */
export interface ChallengeOptions {
  realm: string
  resourceMetadata?: string | undefined
  /** Offers the DPoP scheme, beside Bearer or alone. */
  dpop?: { readonly algorithms: readonly string[]; readonly required: boolean } | undefined
}

/** Writes the `WWW-Authenticate` value of a refusal (RFC 6750 §3, RFC 9728 §5.1). */
export type Challenger = (refusal: AuthError) => string

/** One challenger for each scheme that a request may have used. */
export type Challengers = Readonly<Record<Scheme, Challenger>>

export function createChallengers(options: ChallengeOptions): Challengers {
  return Object.freeze({
    Bearer: createChallenger(options, 'Bearer'),
    DPoP: createChallenger(options, 'DPoP'),
  })
}

/** Only the challenge of the scheme that the request used names the error (RFC 9449 §7.2). */
function createChallenger(options: ChallengeOptions, scheme: Scheme): Challenger {
  const offers = schemesOf(options)
  const judged = offers.length === 1 ? offers[0] : scheme
  const challenges = offers.map((each) => ({ text: bareChallenge(each, options), isJudged: each === judged }))
  const write = (refusal: AuthError) => {
    const error = errorParams(refusal)
    return challenges.map(({ text, isJudged }) => (isJudged ? text + error : text)).join(', ')
  }
  const written = new Map<string, string>() // by code: most challenges of a code are the same
  return (refusal) => {
    if (challengeParamsOf(refusal)) return write(refusal)
    const { code } = refusal
    const known = written.get(code) ?? write(refusal)
    written.set(code, known)
    return known
  }
}

function schemesOf({ dpop }: ChallengeOptions): readonly Scheme[] {
  if (!dpop) return ['Bearer']
  return dpop.required ? ['DPoP'] : ['Bearer', 'DPoP']
}

function bareChallenge(scheme: Scheme, { realm, resourceMetadata, dpop }: ChallengeOptions): string {
  const metadata = resourceMetadata ? `, resource_metadata="${resourceMetadata}"` : ''
  const algs = scheme === 'DPoP' ? `, algs="${dpop?.algorithms.join(' ')}"` : ''
  return `${scheme} realm="${realm}"${metadata}${algs}`
}

function errorParams(refusal: AuthError): string {
  const { error, description } = wordsOf(refusal.code)
  if (error === undefined) return ''
  const params = Object.entries({ error, ...challengeParamsOf(refusal) })
  const written = params.map(([name, value]) => `, ${name}="${value}"`).join('')
  return `${written}, error_description="${description}"`
}

/** Puts the challenge on a refusal. An outage gets none: the client is not to log in again. */
export function challenged(refusal: AuthError, challenger: Challenger): AuthError {
  if (refusal.status < 500) refusal.headers = { ...refusal.headers, 'WWW-Authenticate': challenger(refusal) }
  return refusal
}
