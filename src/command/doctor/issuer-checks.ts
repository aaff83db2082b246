import { fetchUncheckedMetadata, linkIn, type MetadataSource } from '../../issuer/discovery.js'
import type { KeySet } from '../../issuer/key-set.js'
import type { JsonObject } from '../../jose/compact-jws.js'
import { AnswerError, FetchError, type FetchJsonOptions, fetchJson } from '../../net/fetch-json.js'
import { isSafeLink } from '../../net/safe-url.js'
import { nearMissHint } from '../../refusal/details.js'
import { shown } from '../printable.js'
import { createClockWatch } from './clock.js'
import { explainFailure } from './exchange-hints.js'
import { type Finding, fail, ok } from './finding.js'
import { ASK_ISSUER, examineKeys, type KeyReport } from './key-checks.js'
import type { Setup, Target } from './setup.js'

export interface IssuerReport {
  target: Target
  issuer: string
  findings: Finding[]
  /** The keys that `requireAuth` would use. Undefined when there is none to be had. */
  keySet: KeySet | undefined
  /** The JWK Set as it came. Undefined when none came. */
  jwks: unknown
}

interface Exam {
  target: Target
  source: MetadataSource
  rules: Setup['rules']
  transport: FetchJsonOptions
}

/** Asks an issuer for its metadata and its keys, and looks at its clock by the way. */
export async function examineIssuer(target: Target, rules: Setup['rules']): Promise<IssuerReport> {
  const { issuer, metadataUrl } = target.issuer
  const { httpHosts, jwks: limits } = rules
  const clock = createClockWatch(rules.clockToleranceSeconds)
  const signal = AbortSignal.timeout(limits.timeoutSeconds * 1000)
  const { maxBytes } = limits
  const transport: FetchJsonOptions = { signal, maxBytes, fetch: clock.fetch }
  const exam = { target, source: { issuer, metadataUrl, httpHosts }, rules, transport }
  const { findings, isReached, keySet, jwks } = await examineSource(exam)
  const times = isReached ? [clock.finding()] : []
  return { target, issuer, findings: [...findings, ...times], keySet, jwks }
}

type SourceReport = KeyReport & { isReached: boolean }

async function examineSource(exam: Exam): Promise<SourceReport> {
  const { target } = exam
  const { issuer, isDiscoverable } = target.issuer
  const { algorithms } = target.issuer
  const isFixed = target.jwks !== undefined && target.jwksUri === undefined && !isDiscoverable
  if (isFixed) {
    const source = 'in the configuration: they are all there is'
    return { ...(await examineKeys(target.jwks, { issuer, algorithms, source })), isReached: false }
  }
  if (target.jwksUri !== undefined) return { ...(await checkKeysAt(target.jwksUri, exam)), isReached: true }
  const { findings, metadata } = await checkMetadata(exam)
  if (!metadata) return { findings, isReached: false }
  const keys = await checkLinkedKeys(metadata, exam)
  const asked = [...findings, ...keys.findings, ...checkIntrospection(metadata, exam)]
  return { ...keys, findings: asked, isReached: true }
}

interface MetadataReport {
  findings: Finding[]
  metadata?: JsonObject
}

async function checkMetadata({ source, transport }: Exam): Promise<MetadataReport> {
  try {
    const metadata = await fetchUncheckedMetadata(source, transport)
    return { findings: [ok('reachable', 'it answers'), checkName(source.issuer, metadata)], metadata }
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    return { findings: explainFailure(error, 'discovery') }
  }
}

function checkName(issuer: string, { issuer: named }: JsonObject): Finding {
  if (named === issuer) return ok('discovery', 'its metadata names itself')
  if (typeof named !== 'string') return fail('discovery', 'its metadata names no issuer', ASK_ISSUER)
  const hint = nearMissHint([issuer], named)
  const change = hint
    ? `${hint}: write the issuer as ${shown(named)}`
    : `if that is the issuer you mean, write it as ${shown(named)}`
  return fail('discovery', `its metadata names ${shown(named)}`, change)
}

async function checkLinkedKeys({ jwks_uri: jwksUri }: JsonObject, exam: Exam): Promise<KeyReport> {
  const { issuer, metadataUrl = issuer, httpHosts } = exam.source
  if (isSafeLink(jwksUri, metadataUrl, httpHosts)) return checkKeysAt(jwksUri, exam)
  if (jwksUri !== undefined)
    return { findings: [fail('key set', `no safe jwks_uri: ${shown(jwksUri)}`, ASK_ISSUER)] }
  const change = `${ASK_ISSUER}, or set jwksUri (--jwks-uri) if you know where its keys are`
  return { findings: [fail('key set', 'its metadata has no jwks_uri', change)] }
}

async function checkKeysAt(jwksUri: string, { target, rules, transport }: Exam): Promise<KeyReport> {
  const { issuer, algorithms } = target.issuer
  try {
    const { body } = await fetchJson(jwksUri, { ...transport, jsonTypes: rules.jwks.jsonTypes })
    return await examineKeys(body, { issuer, algorithms, source: `at ${jwksUri}` })
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    return { findings: explainFailure(error, 'key set') }
  }
}

/** Where opaque tokens are asked about, unless the address is given. */
function checkIntrospection(metadata: JsonObject, { source, rules }: Exam): Finding[] {
  const { introspection } = rules
  const isAsked = introspection?.issuer === undefined || introspection.issuer === source.issuer
  if (!introspection || introspection.endpoint !== undefined || !isAsked) return []
  try {
    return [
      ok(
        'introspect',
        `opaque tokens are asked about at ${linkIn(metadata, 'introspection_endpoint', source)}`,
      ),
    ]
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error
    const change = 'set introspection.endpoint in requireAuth, if the issuer has one'
    return [fail('introspect', error.message, change)]
  }
}
