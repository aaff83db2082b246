import assert from 'node:assert/strict'
import { startTestIssuer } from 'express-require-auth/testing'

export interface Answer {
  status: number
  headers: Record<string, unknown>
  body: unknown
}

type Get = (path: string, headers: Record<string, string>) => Promise<Answer>

/** Checks the three answers that every example gives, whatever it runs in. `start` finds the issuer in the environment. */
export async function checkAnswers(path: string, start: () => Promise<Get>): Promise<void> {
  const issuer = await startTestIssuer()
  process.env.ISSUER = issuer.url
  const get = await start()
  const audience = 'https://messages.northwind.com'
  const getWith = async (scope: string) =>
    get(path, { authorization: `Bearer ${await issuer.token({ audience, scope })}` })

  const admitted = await getWith('read:messages')
  assert.equal(admitted.status, 200)
  assert.deepEqual(admitted.body, { messages: ['Hello'], for: 'messages-worker@clients' })

  const unknown = await get(path, {})
  assert.equal(unknown.status, 401)
  assert.equal(unknown.headers['www-authenticate'], 'Bearer realm="api"')

  const refused = await getWith('write:messages')
  assert.equal(refused.status, 403)
  assert.match(String(refused.headers['www-authenticate']), /error="insufficient_scope"/)
  await issuer.close()
}
