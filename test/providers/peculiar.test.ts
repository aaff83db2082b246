import { requireAuth } from 'express-require-auth'
import { expect, test } from 'vitest'
import { kubernetes } from '../../examples/providers/kubernetes.js'
import { cloud } from './cloud.js'
import type { Documented } from './documented.js'
import { get, tokenOf } from './documented-api.js'
import { microsoft } from './microsoft.js'
import { tenants } from './tenants.js'

const named = (name: string): Documented => {
  const found = [...tenants, ...microsoft, ...cloud].find((each) => each.name === name)
  if (!found) throw new Error(name)
  return found
}

const otherTenant = '99999999-2222-3333-4444-555555555555'
const issuerOf = (tenant: string) => `https://login.microsoftonline.com/${tenant}/v2.0`

test('a key of one tenant of Entra ID signs for no other tenant', async () => {
  const entra = named('Entra ID, many tenants')
  const documented = { ...entra, jwk: { ...entra.jwk, issuer: issuerOf(otherTenant) } }
  const { status, body } = await get(documented, tokenOf(documented))
  expect({ status, code: body.code }).toEqual({ status: 401, code: 'signature_invalid' })
})

test('a token of Entra ID must be of the tenant that its iss names', async () => {
  const entra = named('Entra ID, many tenants')
  const { status, body } = await get(entra, tokenOf(entra, { iss: issuerOf(otherTenant) }))
  expect({ status, code: body.code }).toEqual({ status: 401, code: 'issuer_unknown' })
})

test('a token of the org server of Okta is refused', async () => {
  const okta = named('Okta, custom authorization server')
  const { status, body } = await get(okta, tokenOf(okta, { iss: 'https://northwind.okta.com' }))
  expect({ status, code: body.code }).toEqual({ status: 401, code: 'issuer_unknown' })
})

test('Cognito with resource binding: a token with an aud is not for those who look at client_id', async () => {
  const cognito = named('Amazon Cognito')
  const { status, body } = await get(cognito, tokenOf(cognito, { aud: 'https://invoices.northwind.com' }))
  expect({ status, code: body.code }).toEqual({ status: 401, code: 'audience_mismatch' })
})

test('Kubernetes is asked for its keys with the own token of the pod', async () => {
  const asked: (string | null)[] = []
  const send: typeof fetch = async (url, init) => {
    asked.push(String(url), new Headers(init?.headers).get('authorization'))
    return new Response('', { status: 503 })
  }
  await requireAuth(kubernetes(() => 'own-token', send))
    .ready()
    .catch(() => {})
  expect(asked).toEqual(['https://kubernetes.default.svc/openid/v1/jwks', 'Bearer own-token'])
})
