import { expect, test } from 'vitest'
import { setup } from '../setup.js'

const refusal =
  'Bearer realm="api", error="invalid_token", error_description="The access token is bound in a way this API does not support"'

test.each([
  ['to a DPoP key (RFC 9449 §6)', { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' }],
  ['to a certificate (RFC 8705 §3.1)', { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' }],
  ['in an unknown way (RFC 7800 §3.1)', { jku: 'https://keys.example.com/' }],
  ['to nothing', {}],
  ['by a null', null],
  ['by a text', 'key'],
])('a token bound %s is refused while no binding is on', async (_, cnf) => {
  const { issuer, get } = await setup()
  const response = await get(await issuer.token({ claims: { cnf } }))
  expect(response.status).toBe(401)
  expect(response.headers['www-authenticate']).toBe(refusal)
  expect(response.body.code).toBe('binding_unsupported')
})
