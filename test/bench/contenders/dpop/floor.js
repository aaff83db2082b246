import { compactVerify, importJWK } from 'jose'

export const title = "the floor: jose's `compactVerify`"
export const packages = ['jose']
export const note =
  "It verifies the proof's signature with a key imported before, and nothing else: neither the access token nor " +
  'what the proof says.'

export async function protect({ proofKey }) {
  const key = await importJWK(proofKey, 'ES256')
  return async function verifySignature(req, _res, next) {
    try {
      await compactVerify(req.headers.dpop, key)
    } catch (error) {
      next(error)
      return
    }
    next()
  }
}
