import type { JsonObject } from '../jose/compact-jws.js'

/**
 * Microsoft Entra writes one issuer for all its tenants: `https://login.microsoftonline.com/{tenantid}/v2.0`. Its
 * metadata and its keys name it so; a token has the tenant's id in its place and again in `tid`.
 */
const PLACE = '{tenantid}'

const TENANT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function isTemplate(issuer: string): boolean {
  return issuer.includes(PLACE)
}

/** Whether `iss` is the template with the id in `tid` filled in, and nothing else. */
export function fitsTemplate(template: string, { iss, tid }: JsonObject): boolean {
  if (!isTemplate(template) || typeof tid !== 'string' || !TENANT_ID.test(tid)) return false
  return iss === template.replace(PLACE, tid)
}

/** Whether a key that names its issuer may sign for this token: some keys of Entra are for one tenant only. */
export function signsFor(keyIssuer: string | undefined, claims: JsonObject): boolean {
  return keyIssuer === undefined || keyIssuer === claims.iss || fitsTemplate(keyIssuer, claims)
}
