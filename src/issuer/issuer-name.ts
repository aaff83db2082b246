import { isSafeUrl, parseUrl } from '../net/safe-url.js'
import { wrong } from '../options/checks.js'

const SPELLING =
  'a domain or an https URL without query and fragment (http only for loopback hosts and httpHosts)'

/**
 * Issuers whose identifier is their domain without a slash at the end: a bare domain would mean
 * `https://DOMAIN/`, which is none of their tokens' `iss`.
 */
const WITHOUT_SLASH: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'appleid.apple.com',
  'gitlab.com',
  'token.actions.githubusercontent.com',
  'www.facebook.com',
])

/**
 * The issuer identifier that a setting means: a URL as it stands, or `https://DOMAIN/` for a bare domain.
 *
 * @throws TypeError when it is no https URL (http for loopback hosts and `httpHosts`), or has a query, a fragment,
 * credentials or a well-known path.
 * @see RFC 8414 §2
 */
export function issuerUrl(setting: string, httpHosts: readonly string[]): string {
  checkSpelling(setting)
  const issuer = setting.includes('://') ? normalised(setting) : ofDomain(setting)
  if (/[?#]/.test(issuer) || !isSafeUrl(issuer, httpHosts))
    throw wrong('issuer', SPELLING, setting, httpHint(issuer))
  if (issuer.includes('{'))
    throw wrong('issuer', SPELLING, setting, 'a {tenantid} needs metadataUrl or jwksUri')
  return issuer
}

/** @throws TypeError for what nobody means as the name of an issuer. */
export function issuerName(setting: string): string {
  checkSpelling(setting)
  return setting
}

function checkSpelling(setting: string): void {
  const hint = MISTAKES.find(([pattern]) => pattern.test(setting))?.[1]
  if (hint !== undefined) throw wrong('issuer', SPELLING, setting, hint)
}

const MISTAKES: readonly (readonly [RegExp, string])[] = [
  [/["']/, 'it holds a quote: was it copied with its quotes?'],
  [/,/, 'it holds a comma: give several issuers as a list'],
  [/\s/, 'it holds white space'],
  [/^(undefined|null)$|\bundefined\b/, 'is an environment variable missing?'],
  [/\/\.well-known\//, 'give the issuer itself; for metadata elsewhere there is metadataUrl'],
]

/** Scheme and host are the same in capitals; the rest of an identifier is compared to the letter. */
function normalised(url: string): string {
  return url.replace(/^[^/]*\/\/[^/?#]*/, (authority) => authority.toLowerCase())
}

function ofDomain(setting: string): string {
  const domain = setting.replace(/\/$/, '').toLowerCase()
  if (!WITHOUT_SLASH.has(domain)) return `https://${domain}/`
  throw wrong('issuer', `written as "https://${domain}"`, setting, 'this issuer has no slash at the end')
}

function httpHint(issuer: string): string | undefined {
  const host = issuer.startsWith('http:') && parseUrl(issuer)?.host
  return host ? `over plain http only with httpHosts: [${JSON.stringify(host)}]` : undefined
}
