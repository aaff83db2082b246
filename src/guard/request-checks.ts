import { after } from '../net/after.js'
import { parseUrl } from '../net/safe-url.js'
import type { Presented } from '../presented.js'
import { type BindingCheck, createBindingCheck } from '../proof/binding.js'
import { detailsOf, oneOf } from '../refusal/details.js'
import { authError } from '../refusal/errors.js'
import { shown } from '../refusal/shown.js'
import type { Verdict } from './guard.js'
import type { Judged } from './judge.js'
import type { GuardRules } from './options.js'

/** Checks what depends on the request or on the moment: after the cache, so that no cache can skip it. */
export type RequestCheck = (judged: Judged, presented: Presented) => Verdict | Promise<Verdict>

type Revocation = GuardRules['isRevoked']

export function createRequestChecks(rules: GuardRules): RequestCheck {
  const { bindIssuerToHost, isRevoked } = rules
  const checkBinding = createBindingCheck(rules)
  if (!bindIssuerToHost && !checkBinding && !isRevoked) return (judged) => judged
  return (judged, presented) => {
    if (bindIssuerToHost) checkHost(judged, presented)
    return after(bound(checkBinding, judged, presented), (verdict) =>
      after(checkRevocation(isRevoked, verdict, presented), () => verdict),
    )
  }
}

function bound(
  checkBinding: BindingCheck | undefined,
  judged: Judged,
  presented: Presented,
): Verdict | Promise<Verdict> {
  if (!checkBinding) return judged
  return after(checkBinding(judged.auth, presented), (headers) => (headers ? { ...judged, headers } : judged))
}

/** Without port, since a custom domain is a host name. Empty for what is no URL. */
function hostnameOf(url: string): string[] {
  const hostname = parseUrl(url)?.hostname
  return hostname ? [hostname] : []
}

function checkHost({ auth, issuer }: Judged, { evidence }: Presented): void {
  const hosts = [...new Set((evidence?.urls ?? []).flatMap(hostnameOf))]
  if (hostnameOf(auth.issuer).some((name) => hosts.includes(name))) return
  throw authError('issuer_host_mismatch', {
    details: () =>
      detailsOf({
        claim: 'iss',
        expected: `an issuer on ${shown(oneOf(hosts) || 'the host of the request, which has none', 200)}`,
        received: issuer.issuer,
      }),
  })
}

function checkRevocation(
  isRevoked: Revocation,
  { auth }: Verdict,
  { context }: Presented,
): void | Promise<void> {
  if (!isRevoked) return
  return after(isRevoked(auth, context as never), (revoked) => {
    if (revoked) throw authError('token_revoked')
  })
}
