import { randomUUID } from 'node:crypto'
import type { AuthEvent, IntrospectionOptions, RequireAuthOptions } from 'express-require-auth'
import { messages } from '../api.js'
import { type CraftedKey, craft, craftedIssuer, craftKey } from '../craft.js'
import { type Mounting, mount } from '../setup.js'

export const endpoint = `${craftedIssuer}oauth/introspect`
export const metadataUrl = `${craftedIssuer}.well-known/openid-configuration`

export interface Question {
  url: string
  method: string | undefined
  redirect: string | undefined
  headers: Headers
  form: URLSearchParams
}

type Answer = (question: Question) => Response | Promise<Response>

const key: CraftedKey = craftKey('ec', {}, 'server')
/** The setting for the issuer that the server is of: nothing is fetched for its keys. */
export const issuer = {
  issuer: craftedIssuer,
  jwks: { keys: [{ ...key.jwk, alg: 'ES256' }] },
  algorithms: ['ES256' as const],
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

/** What a server says of a good token, with `changes` on top; a member set to `undefined` is left out. */
export function active(changes: Record<string, unknown> = {}) {
  const now = Math.floor(Date.now() / 1000)
  return {
    active: true,
    iss: craftedIssuer,
    aud: messages,
    sub: 'auth0|ada',
    client_id: 'messages-web',
    token_type: 'Bearer',
    scope: 'read:messages',
    iat: now,
    exp: now + 3600,
    ...changes,
  }
}

/** A signed answer (RFC 9701 §5). */
export function signed(
  answer: unknown,
  { header = {}, claims = {}, by = key }: { header?: object; claims?: object; by?: CraftedKey } = {},
): Response {
  const jwt = craft({
    header: { kid: by.jwk.kid, typ: 'token-introspection+jwt', alg: 'ES256', ...header },
    claims: {
      iss: craftedIssuer,
      aud: 'messages-api',
      iat: Math.floor(Date.now() / 1000),
      token_introspection: answer,
      ...claims,
    },
    key: by.privateKey,
    alg: 'ES256',
  })
  return new Response(jwt, { headers: { 'content-type': 'application/token-introspection+jwt' } })
}

/** A JWT access token of the same issuer. */
export function jwtOf(claims: Record<string, unknown>): string {
  return craft({ header: { kid: 'server' }, claims, key: key.privateKey, alg: 'ES256' })
}

export const opaque = () => randomUUID()

interface Script {
  introspection?: Partial<IntrospectionOptions>
  options?: Partial<RequireAuthOptions>
  mounting?: Mounting
}

/** An API whose authorization server is no more than a `fetch`: it answers what it is told, and remembers what it was asked. */
export function setup({ introspection = {}, options = {}, mounting }: Script = {}) {
  const asked: Question[] = []
  const events: AuthEvent[] = []
  const script = {
    answer: (() => json(active())) as Answer,
    metadata: (() => json({ issuer: craftedIssuer, introspection_endpoint: endpoint })) as Answer,
  }
  const fetch = (async (url: string, { method, headers, body, redirect }: RequestInit) => {
    const form = body instanceof URLSearchParams ? body : new URLSearchParams()
    const question = { url, method, redirect, headers: new Headers(headers), form }
    asked.push(question)
    return url === metadataUrl ? script.metadata(question) : script.answer(question)
  }) as typeof globalThis.fetch
  const client = { clientId: 'messages-api', clientSecret: 's3cret', endpoint }
  const given = { ...client, ...introspection } as IntrospectionOptions
  const trusted = given.endpoint === undefined ? { ...issuer, metadataUrl } : issuer
  const mounted = mount(
    {
      issuer: trusted,
      audience: messages,
      fetch,
      introspection: given,
      onEvent: (event) => void events.push(event),
      ...options,
    },
    mounting,
  )
  return { ...mounted, script, asked, events }
}
