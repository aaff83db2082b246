import { type RequireAuthOptions, requireClaim } from 'express-require-auth'

/**
 * Google Cloud, one service calling another with an ID token of its service account. The audience is what the caller
 * asked for, as a rule this service's URL. Users' ID tokens have `at_hash` or `nonce` and are refused. Tested with
 * tokens of the documented form.
 * https://cloud.google.com/run/docs/samples/cloudrun-service-to-service-auth (2026-11-25)
 */
export const google: RequireAuthOptions = {
  issuer: 'https://accounts.google.com', // no slash at the end
  audience: 'https://messages-abc123-ew.a.run.app',
}

export const isWorker = requireClaim('email', 'worker@northwind.iam.gserviceaccount.com')
