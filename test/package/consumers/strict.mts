import express, { type Request } from 'express'
import { type Auth, authErrorHandler, getAuth, requireAuth, requireScopes } from 'express-require-auth'
import { startTestIssuer, type TestIssuer } from 'express-require-auth/testing'

const issuer: TestIssuer = await startTestIssuer()
const auth = requireAuth({
  issuer: [issuer.url, issuer.customUrl],
  audience: 'https://messages.northwind.com',
})
const app = express()
app.use(auth)
app.get('/', requireScopes('read:messages'), (req: Request, res) => {
  const { subject, scopes }: Auth = getAuth(req)
  res.json({ subject, scopes })
})
app.use(authErrorHandler())

const verified: Auth = await auth.verify(await issuer.token())
await issuer.close()
console.log(`TypeScript: ok (${verified.scopes.join(' ')})`)
