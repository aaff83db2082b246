import express, { type Express } from 'express'
import { authErrorHandler, getAuth, requireAuth, requireClaim, requireClaims } from 'express-require-auth'

export interface OrganizationsApiOptions {
  issuer: string
  audience: string
}

/** Makes an API whose routes belong to organizations: `org_id` in the token names the organization of the log-in. */
export function createOrganizationsApi(options: OrganizationsApiOptions): Express {
  const app = express()
  app.use(requireAuth(options))

  app.get('/reports', requireClaim('org_id', 'org_northwind'), (req, res) => {
    res.json({ organization: getAuth(req).claims.org_id, client: getAuth(req).clientId })
  })

  const ofPath = requireClaims((claims, req) => claims.org_id === req.params.organization)
  app.get('/organizations/:organization/reports', ofPath, (req, res) => {
    res.json({ organization: req.params.organization })
  })

  app.use(authErrorHandler())
  return app
}
