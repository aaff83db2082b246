import { fetchUncheckedMetadata } from '../../issuer/discovery.js'
import type { KeySet } from '../../issuer/key-set.js'
import type { JsonObject } from '../../jose/compact-jws.js'
import { FetchError, type FetchJsonOptions } from '../../net/fetch-json.js'
import { shown } from '../printable.js'
import { createClockWatch } from './clock.js'
import { type Finding, fail, ok } from './finding.js'
import { checkKeys } from './key-checks.js'

export interface IssuerReport {
  issuer: string
  findings: Finding[]
  /** Undefined when there is none to be had. */
  keySet: KeySet | undefined
}

const TIMEOUT_MS = 10_000
const MAX_BYTES = 262_144

/** Asks an issuer for its metadata and its keys, and looks at its clock by the way. */
export async function examineIssuer(issuer: string): Promise<IssuerReport> {
  const clock = createClockWatch()
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const transport: FetchJsonOptions = { signal, maxBytes: MAX_BYTES, fetch: clock.fetch }
  const { findings, metadata } = await checkMetadata(issuer, transport)
  if (!metadata) return { issuer, findings, keySet: undefined }
  const keys = await checkKeys(issuer, metadata, transport)
  return { issuer, findings: [...findings, ...keys.findings, clock.finding()], keySet: keys.keySet }
}

interface MetadataReport {
  findings: Finding[]
  metadata?: JsonObject
}

async function checkMetadata(issuer: string, transport: FetchJsonOptions): Promise<MetadataReport> {
  try {
    const metadata = await fetchUncheckedMetadata(
      { issuer, metadataUrl: undefined, httpHosts: [] },
      transport,
    )
    return { findings: [ok('reachable', 'it answers'), checkName(issuer, metadata)], metadata }
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    return { findings: explain(error) }
  }
}

function checkName(issuer: string, { issuer: named }: JsonObject): Finding {
  if (named === issuer) return ok('discovery', 'its metadata names itself')
  if (typeof named !== 'string')
    return fail('discovery', 'its metadata names no issuer', 'ask whoever runs the issuer to repair it')
  const says = `its metadata names ${shown(named)}`
  if (withoutSlash(named) === withoutSlash(issuer))
    return fail('discovery', says, `the slash at the end counts: write the issuer as ${shown(named)}`)
  return fail('discovery', says, `if that is the issuer you mean, write it as ${shown(named)}`)
}

function withoutSlash(text: string): string {
  return text.replace(/\/$/, '')
}

function explain(error: FetchError): Finding[] {
  const { message, status } = error
  if (status === undefined) return [fail('reachable', message, reachableHint(message))]
  const isRedirect = status >= 300 && status < 400
  const change = isRedirect
    ? 'give the issuer it redirects to, if that is the one you mean: redirects are never followed'
    : 'check the spelling of the issuer, path included: its metadata is not there'
  return [ok('reachable', 'it answers'), fail('discovery', message, change)]
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/ENOTFOUND|EAI_AGAIN/, 'check the spelling of the domain, and the name service of this machine'],
  [/ECONNREFUSED/, 'check that it runs, and at that port'],
  [/timed out|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, 'check the network and firewalls between here and there'],
  [/WRONG_VERSION_NUMBER|EPROTO/, 'it does not speak TLS there: check scheme and port'],
  [/CERT|SELF_SIGNED|UNABLE_TO/, 'check its certificate; a private CA goes into NODE_EXTRA_CA_CERTS'],
]

function reachableHint(message: string): string {
  const reason = message.slice(message.indexOf(' ')) // behind the address
  return HINTS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'check that it runs and can be reached'
}
