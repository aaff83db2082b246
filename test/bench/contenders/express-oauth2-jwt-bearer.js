import { auth } from 'express-oauth2-jwt-bearer'

export const title = 'express-oauth2-jwt-bearer'
export const packages = ['express-oauth2-jwt-bearer']

export function protect({ issuer, audience }) {
  return auth({ issuerBaseURL: issuer, audience, tokenSigningAlg: 'RS256' })
}
