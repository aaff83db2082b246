import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Express } from 'express'
import { authErrorHandler, getAuth, type RequireAuthOptions, requireAuth } from 'express-require-auth'
import type { DpopProofOptions } from 'express-require-auth/testing'
import supertest from 'supertest'
import { onTestFinished } from 'vitest'
import { messages } from '../api.js'
import { sharedIssuer } from '../shared-issuer.js'

export const ALGORITHMS = 'ES256 ES384 ES512 Ed25519 EdDSA PS256 RS256'
export const bareChallenge = `Bearer realm="api", DPoP realm="api", algs="${ALGORITHMS}"`

/** The challenge to credentials of the DPoP scheme: the error stands in that one alone (RFC 9449 §7.2). */
export function dpopChallenge(error: string, description: string): string {
  return `${bareChallenge}, error="${error}", error_description="${description}"`
}

/** The challenge to a Bearer token. */
export function bearerChallenge(description: string): string {
  const dpop = `DPoP realm="api", algs="${ALGORITHMS}"`
  return `Bearer realm="api", error="invalid_token", error_description="${description}", ${dpop}`
}

export const mismatch = 'The access token is bound to a key or certificate that the sender did not show'
export const unbound = 'The access token is not bound to its sender'
export const badProof = {
  status: 401,
  code: 'proof_invalid',
  challenge: dpopChallenge('invalid_dpop_proof', 'The DPoP proof is invalid'),
}

/** Listens until the test ends. Returns the URL without a path. */
export async function listen(app: Express): Promise<string> {
  const server = createServer(app).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close().closeAllConnections())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export interface Sent {
  method?: 'GET' | 'POST' | 'HEAD'
  path?: string
  token?: string
  scheme?: string
  /** A text as it is, null for none, else what is peculiar to the proof. */
  proof?: string | string[] | null | (DpopProofOptions & { method?: string; url?: string })
  headers?: Record<string, string>
}

/** An API that takes DPoP-bound tokens, and a client that has one. */
export async function setup(options: Partial<RequireAuthOptions> = {}, framework: typeof express = express) {
  const issuer = await sharedIssuer()
  const auth = requireAuth({ issuer: issuer.url, audience: messages, dpop: {}, ...options })
  const app = framework()
  const router = framework.Router()
  router.use('/inbox', auth, (req, res) => void res.json({ scheme: getAuth(req).scheme }))
  app.use('/messages', auth, (req, res) => void res.json({ scheme: req.auth?.scheme ?? null }))
  app.use('/users', router)
  app.use(authErrorHandler())
  const url = await listen(app)
  const key = await issuer.dpop()
  const token = await key.token()

  async function proofFor(sent: Sent): Promise<string | string[] | null> {
    const { method = 'GET', path = '/messages', proof = {} } = sent
    if (proof === null || typeof proof === 'string' || Array.isArray(proof)) return proof
    return key.proof(proof.method ?? method, proof.url ?? url + path, sent.token ?? token, proof)
  }

  async function send(sent: Sent = {}) {
    const { method = 'GET', path = '/messages', scheme = 'DPoP', headers = {} } = sent
    const request = supertest(url)[method.toLowerCase() as 'get'](path)
    request.set({ Authorization: `${scheme} ${sent.token ?? token}`, ...headers })
    const proof = await proofFor(sent)
    return proof === null ? request : request.set('DPoP', proof as string)
  }

  return { issuer, auth, app, url, key, token, send }
}

/** What a client learns from an answer. */
export function answerOf({ status, headers, body }: supertest.Response) {
  return { status, code: body.code, challenge: headers['www-authenticate'] }
}
