import express from 'express'
import { getAuth, requireAuth, requireScopes } from 'express-require-auth'

export const app = express()
const issuer = process.env.ISSUER ?? 'northwind.auth0.com'

app.use(requireAuth({ issuer, audience: 'https://messages.northwind.com' }))
app.get('/me', (req, res) => res.json({ you: getAuth(req).subject }))
app.get('/messages', requireScopes('read:messages'), (_req, res) => res.json(['Hello']))

app.listen(Number(process.env.PORT ?? 3000))
