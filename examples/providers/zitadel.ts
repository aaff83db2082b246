import { type RequireAuthOptions, requireClaims } from 'express-require-auth'

/**
 * Zitadel. "JWT" is the application's access token type, and clients ask for the scope
 * `urn:zitadel:iam:org:project:id:PROJECT_ID:aud`, which puts the project into `aud`. Tested with tokens of the
 * documented form.
 * https://zitadel.com/docs/apis/openidoauth/claims (2026-11-25)
 */
export const zitadel: RequireAuthOptions = {
  issuer: 'https://northwind-abc123.zitadel.cloud',
  audience: '123456789012345678', // the project's id
}

type Roles = Record<string, unknown> | undefined

/** Roles are the names of members, each with the organizations that granted it. */
export const isReader = requireClaims((claims) =>
  Object.hasOwn((claims['urn:zitadel:iam:org:project:roles'] as Roles) ?? {}, 'reader'),
)
