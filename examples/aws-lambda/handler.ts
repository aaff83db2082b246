import express from 'express'
import { authErrorHandler, getAuth, requireAuth, requireScopes } from 'express-require-auth'
import serverless from 'serverless-http'

const issuer = process.env.ISSUER ?? 'northwind.auth0.com'
const app = express()
app.use(requireAuth({ issuer, audience: 'https://messages.northwind.com' }))
app.get('/messages', requireScopes('read:messages'), (req, res) => {
  res.json({ messages: ['Hello'], for: getAuth(req).subject })
})
app.use(authErrorHandler())

export const handler = serverless(app)
