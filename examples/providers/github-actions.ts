import { type RequireAuthOptions, requireClaim } from 'express-require-auth'

/**
 * A workflow of GitHub Actions, with the token of `core.getIDToken('https://messages.northwind.com')`. Every workflow
 * of every repository can get one: say whose you take. Tested with tokens of the documented form.
 * https://docs.github.com/en/actions/reference/security/oidc (2026-11-25)
 */
export const githubActions: RequireAuthOptions = {
  issuer: 'https://token.actions.githubusercontent.com',
  audience: 'https://messages.northwind.com',
}

export const ofOurs = [
  requireClaim('repository', 'northwind/messages'),
  requireClaim('ref', 'refs/heads/main'),
]
