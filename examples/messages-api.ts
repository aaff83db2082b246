import express, { type Express } from 'express'
import {
  authErrorHandler,
  getAuth,
  type IssuerSetting,
  requireAuth,
  requireScopes,
} from 'express-require-auth'

export interface MessagesApiOptions {
  /** The tenant's domains. Tokens of each domain have their own `iss`. */
  issuer: IssuerSetting[]
  audience: string
  /** Whether refusals tell every client why: in development only. Default false. */
  details?: boolean
}

const MAX_MESSAGES = 100

/** Makes a small API with a public route, a protected route, and a route that needs a scope. */
export function createMessagesApi({ issuer, audience, details = false }: MessagesApiOptions): Express {
  const messages = [{ from: 'northwind', text: 'Welcome' }]
  const app = express()
  app.disable('x-powered-by')

  app.get('/public', (_req, res) => {
    res.json({ message: 'Anyone may read this.' })
  })

  app.use('/messages', requireAuth({ issuer, audience }))

  app.get('/messages', (req, res) => {
    const { subject, scopes } = getAuth(req)
    res.json({ subject, scopes, messages })
  })

  app.post('/messages', requireScopes('write:messages'), express.json({ limit: '10kb' }), (req, res) => {
    const { text } = req.body ?? {}
    if (typeof text !== 'string') {
      res.status(400).json({ error: 'text must be a string' })
      return
    }
    const message = { from: getAuth(req).subject ?? 'unknown', text }
    messages.push(message)
    if (messages.length > MAX_MESSAGES) messages.shift()
    res.status(201).json(message)
  })

  app.use(authErrorHandler({ details }))
  return app
}

/** The API with settings from the environment, as a deployment runs it. */
export const app = createMessagesApi({
  issuer: [process.env.ISSUER ?? 'northwind.auth0.com', process.env.CUSTOM_ISSUER ?? 'login.northwind.com'],
  audience: process.env.AUDIENCE ?? 'https://messages.northwind.com',
})
