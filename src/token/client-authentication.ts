import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { IntrospectionRules, SigningKey } from './introspection-options.js'

/** What authenticates this API to the authorization server: headers, or members of the form. */
export interface ClientProof {
  readonly headers: Record<string, string>
  readonly form: Record<string, string>
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const ASSERTION_SECONDS = 60

/** @param issuer The server that the proof is for: an assertion counts nowhere else. */
export async function authenticateClient(rules: IntrospectionRules, issuer: string): Promise<ClientProof> {
  const { clientId, credential } = rules
  if (credential.method === 'client_secret_basic') {
    const pair = `${formEncode(clientId)}:${formEncode(credential.secret)}`
    return { headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, form: {} }
  }
  if (credential.method === 'client_secret_post')
    return { headers: {}, form: { client_id: clientId, client_secret: credential.secret } }
  const assertion = await signAssertion(clientId, credential.signingKey, issuer)
  const form = { client_id: clientId, client_assertion_type: ASSERTION_TYPE, client_assertion: assertion }
  return { headers: {}, form }
}

/** Both parts of the pair are form-encoded first, so that a colon can stand in them (RFC 6749 §2.3.1). */
function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

/** @see RFC 7523 §3, where the issuer identifier as audience keeps other servers from using it */
function signAssertion(clientId: string, { key, alg, kid }: SigningKey, issuer: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg, ...(kid !== undefined && { kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(issuer)
    .setIssuedAt(now)
    .setExpirationTime(now + ASSERTION_SECONDS)
    .sign(key)
}
