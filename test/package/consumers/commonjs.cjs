const assert = require('node:assert/strict')
const { requireAuth, requireScopes } = require('express-require-auth')
const { startTestIssuer } = require('express-require-auth/testing')

async function main() {
  const issuer = await startTestIssuer()
  const auth = requireAuth({ issuer: issuer.url, audience: 'https://messages.northwind.com' })
  assert.equal((await auth.verify(await issuer.token())).issuer, issuer.url)
  assert.equal(typeof requireScopes('read:messages'), 'function')
  await issuer.close()
  console.log('CommonJS: ok')
}

main()
