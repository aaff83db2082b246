import express from 'express'
import { authErrorHandler, getAuth, requireAuth, requireScopes } from 'express-require-auth'

/** Express reads the body itself, and ends every response. */
export const config = { api: { bodyParser: false, externalResolver: true } }

const issuer = process.env.ISSUER ?? 'northwind.auth0.com'
const app = express()
app.use(requireAuth({ issuer, audience: 'https://messages.northwind.com' }))
app.get('/api/messages', requireScopes('read:messages'), (req, res) => {
  res.json({ messages: ['Hello'], for: getAuth(req).subject })
})
app.use(authErrorHandler())

export default app
