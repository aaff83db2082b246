// Compiled, not run: combinations that make no sense cannot be written.
import { type IntrospectionOptions, protectedResourceMetadata, requireAuth } from 'express-require-auth'

const client = { clientId: 'a' }
const privateKey = { kty: 'EC', crv: 'P-256', d: 'd', x: 'x', y: 'y', alg: 'ES256' }

export const allowed: IntrospectionOptions[] = [
  { ...client, clientSecret: 'b' },
  { ...client, clientSecret: 'b', authMethod: 'client_secret_post', maxAgeSeconds: 0, signedResponse: true },
  { ...client, privateKey },
  {
    ...client,
    privateKey,
    authMethod: 'private_key_jwt',
    issuer: 'a.example',
    endpoint: 'https://a.example/',
  },
]

export const refused: IntrospectionOptions[] = [
  // @ts-expect-error neither a secret nor a key
  { ...client },
  // @ts-expect-error both
  { ...client, clientSecret: 'b', privateKey },
  // @ts-expect-error a secret signs nothing
  { ...client, clientSecret: 'b', authMethod: 'private_key_jwt' },
  // @ts-expect-error a key is not sent
  { ...client, privateKey, authMethod: 'client_secret_basic' },
]

const auth = requireAuth({
  issuer: 'a.example',
  audience: 'a',
  introspection: { ...client, clientSecret: 'b' },
})
export const url: string = protectedResourceMetadata({ resource: 'https://api.example.com', auth }).url

// @ts-expect-error the resource is never guessed
protectedResourceMetadata({ auth })
