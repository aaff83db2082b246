import { auth } from 'express-oauth2-jwt-bearer'
import { createClient } from 'redis'

export const title = 'express-oauth2-jwt-bearer and a GET by hand'
export const packages = ['express-oauth2-jwt-bearer', 'redis']
export const note =
  'It asks Redis about the subject, at every request. Ours asks about the token, the subject, the session and the client.'

export async function protect({ issuer, audience, redisUrl }) {
  const redis = await createClient({ url: redisUrl }).connect()
  async function refuseRevoked(req, res, next) {
    let revoked
    try {
      revoked = await redis.get(`revoked:${req.auth.payload.sub}`)
    } catch (error) {
      next(error)
      return
    }
    if (revoked) res.status(401).json({ ok: false })
    else next()
  }
  return [auth({ issuerBaseURL: issuer, audience, tokenSigningAlg: 'RS256' }), refuseRevoked]
}
