import { describe, expect, test } from 'vitest'
import { cloud } from './cloud.js'
import { get, tokenOf } from './documented-api.js'
import { microsoft } from './microsoft.js'
import { moreTenants } from './more-tenants.js'
import { tenants } from './tenants.js'

const all = [...tenants, ...moreTenants, ...microsoft, ...cloud]

describe.each(all)('$name', (documented) => {
  test('a token of the documented form is admitted', async () => {
    await get(documented, tokenOf(documented)).expect(200, { admitted: true })
  })

  test('a token for another API is refused', async () => {
    const { status, body } = await get(documented, tokenOf(documented, documented.otherAudience))
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'audience_mismatch' })
  })

  test('a token of another issuer is refused', async () => {
    const { status, body } = await get(
      documented,
      tokenOf(documented, { iss: 'https://login.thief.example/' }),
    )
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'issuer_unknown' })
  })

  test('a token that may not do this gets 403', async () => {
    const response = await get(documented, tokenOf(documented, documented.withoutPermission))
    expect(response.status).toBe(403)
    expect(response.headers['www-authenticate']).toContain('error="insufficient_scope"')
  })
})

const withOtherKinds = all.filter(({ otherKind }) => otherKind !== undefined)

test.each(withOtherKinds)('$name: a token of another kind is refused', async (documented) => {
  const { claims, header } = documented.otherKind ?? {}
  const { status, body } = await get(documented, tokenOf(documented, claims, header))
  expect({ status, code: body.code }).toEqual({ status: 401, code: 'type_not_allowed' })
})
