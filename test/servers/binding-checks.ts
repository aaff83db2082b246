import assert from 'node:assert/strict'
import { startTestIssuer } from 'express-require-auth/testing'
import { createCertificate } from '../proof/certificates.js'
import { serveApi } from './api.js'
import { expectAdmitted, expectCode } from './expect.js'
import type { RunningServer } from './server.js'

/** Admitted with a proof by its own key; refused without one, by another key, and as a Bearer token. */
export async function checkDpop({ dpop, permission }: RunningServer): Promise<void> {
  assert.ok(dpop)
  const issuer = await startTestIssuer() // for keys of clients alone
  const [own, thief] = [await issuer.dpop(), await issuer.dpop()]
  await issuer.close()
  const token = await dpop.token((method, url, nonce) =>
    own.proof(method, url, undefined, nonce === undefined ? {} : { nonce }),
  )
  const api = await serveApi({ options: dpop.options, permission })
  const proof = (key: typeof own) => key.proof('GET', api.url, token)
  try {
    expectAdmitted(await api.get(token, { scheme: 'DPoP', proof: await proof(own) }))
    expectCode(await api.get(token, { scheme: 'DPoP' }), 401, 'proof_missing')
    expectCode(await api.get(token, { scheme: 'DPoP', proof: await proof(thief) }), 401, 'binding_mismatch')
    expectCode(await api.get(token, { proof: await proof(own) }), 401, 'binding_mismatch')
  } finally {
    api.close()
  }
}

/** Admitted with the certificate it was bound to; refused with another and with none. */
export async function checkCertificate({ mtls, permission }: RunningServer): Promise<void> {
  assert.ok(mtls)
  const { options, certificate } = mtls
  const token = await mtls.token()
  const api = await serveApi({ options, permission, certificate: createCertificate('messages-api') })
  try {
    expectAdmitted(await api.get(token, { certificate }))
    const thief = createCertificate('thief')
    expectCode(await api.get(token, { certificate: thief }), 401, 'binding_mismatch')
    expectCode(await api.get(token), 401, 'binding_mismatch')
  } finally {
    api.close()
  }
}
