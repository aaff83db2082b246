import type { FetchError } from '../../net/fetch-json.js'
import { type Finding, fail, ok } from './finding.js'

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/ENOTFOUND|EAI_AGAIN/, 'check the spelling of the domain, and the name service of this machine'],
  [/ECONNREFUSED/, 'check that it runs, and at that port'],
  [/timed out|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, 'check the network and firewalls between here and there'],
  [/WRONG_VERSION_NUMBER|EPROTO|PACKET_LENGTH/, 'it does not speak TLS there: check scheme and port'],
  [/ECONNRESET|UND_ERR_SOCKET|HPE_/, 'it does not speak plain http there: check scheme and port'],
  [/CERT|SELF_SIGNED|UNABLE_TO/, 'check its certificate; a private CA goes into NODE_EXTRA_CA_CERTS'],
]

/** What to do where a server cannot be reached. `reason` holds the system's own word, such as ECONNREFUSED. */
export function reachableHint(reason: string): string {
  return HINTS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'check that it runs and can be reached'
}

/** Why a document of an issuer could not be had. */
export function explainFailure({ message, status }: FetchError, check: 'discovery' | 'key set'): Finding[] {
  const afterAddress = message.slice(message.indexOf(' '))
  if (status === undefined) return [fail('reachable', message, reachableHint(afterAddress))]
  const reached = check === 'discovery' ? [ok('reachable', 'it answers')] : []
  return [...reached, fail(check, message, answerHint(status, check))]
}

function answerHint(status: number, check: 'discovery' | 'key set'): string {
  if (status >= 300 && status < 400)
    return 'give the address it redirects to, if that is the one you mean: redirects are never followed'
  if (check === 'key set') return 'check the address of the keys, or ask whoever runs the issuer to repair it'
  return (
    'check the spelling of the issuer, path included; if it has no metadata there, ' +
    'set metadataUrl (--metadata-url) or jwksUri (--jwks-uri)'
  )
}
