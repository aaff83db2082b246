import { JwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { bearerTokenOf } from '../bearer.js'
import { refusing } from './refuse.js'

export const title = 'aws-jwt-verify'
export const packages = ['aws-jwt-verify']
export const note =
  'Its own fetcher knows https only, so its documented custom fetcher fetches by http, with its own time limit ' +
  '(3 s) and its one retry. Its Express example answers any error with 403; here that is 401.'

export async function protect({ issuer, jwksUri, audience }, variant) {
  const refuse = refusing(variant)
  const jwksCache = new SimpleJwksCache({ fetcher: { fetch: fetchTwice } })
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri }, { jwksCache })
  return async function verifyWithAws(req, res, next) {
    try {
      req.auth = await verifier.verify(bearerTokenOf(req))
    } catch {
      refuse(res, next)
      return
    }
    next()
  }
}

async function fetchTwice(url) {
  try {
    return await fetchOnce(url)
  } catch {
    return fetchOnce(url)
  }
}

async function fetchOnce(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(3000) })
  if (response.status !== 200) throw new Error(`Status code is ${response.status}, expected 200`)
  return response.arrayBuffer()
}
