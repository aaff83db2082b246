import type { KeySet } from '../../issuer/key-set.js'
import { fail, note, ok, type Section } from './finding.js'
import type { IssuerReport } from './issuer-checks.js'

/** Whether several issuers are the domains of one tenant, which have the same keys. Nothing to say of one alone. */
export function checkAgreement(reports: readonly IssuerReport[]): Section[] {
  const [first, ...others] = reports
  if (!first || others.length === 0) return []
  return [{ title: 'domains', findings: others.map((other) => compare(first, other)) }]
}

function compare(one: IssuerReport, other: IssuerReport) {
  const both = `${one.issuer} and ${other.issuer}`
  if (!one.keySet || !other.keySet)
    return note('same tenant', `not checked: the keys of ${both} are not all there`)
  if (materialOf(one.keySet) === materialOf(other.keySet))
    return ok('same tenant', `${both} have the same keys`)
  return fail(
    'same tenant',
    `${both} have different keys`,
    'give the canonical and the custom domain of one tenant; two tenants are checked one by one',
  )
}

function materialOf(keySet: KeySet): string {
  const keys = [...keySet.keys()].map(({ kid, material }) => JSON.stringify([kid, material]))
  return keys.sort().join('\n')
}
