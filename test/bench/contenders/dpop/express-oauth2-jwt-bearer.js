import { auth } from 'express-oauth2-jwt-bearer'

export const title = 'express-oauth2-jwt-bearer'
export const packages = ['express-oauth2-jwt-bearer']
export const note =
  'It does not remember proofs: its documentation leaves replay to the application, so that is not in its figure.'

export function protect({ issuer, audience }) {
  return auth({ issuerBaseURL: issuer, audience, tokenSigningAlg: 'RS256', dpop: { enabled: true } })
}
