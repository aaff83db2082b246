import { requireAuth } from 'express-require-auth'
import { describe, expect, test } from 'vitest'
import { craftedIssuer } from '../craft.js'
import { messages } from '../setup.js'
import { endpoint, issuer, json, metadataUrl, opaque, setup } from './scripted-server.js'

describe('where to ask', () => {
  const client = { clientId: 'a', clientSecret: 'b' }
  const make = (introspection: object, options: object = {}) =>
    requireAuth({ issuer, audience: messages, introspection: { ...client, ...introspection }, ...options })

  test.each([
    ['keys are given', issuer],
    [
      'the address of the keys is given',
      { issuer: 'kubernetes', jwksUri: 'https://login.northwind.com/keys' },
    ],
  ])('must be told where no metadata are read: %s', (_, setting) => {
    expect(() => make({}, { issuer: setting })).toThrow(TypeError)
    expect(() => make({}, { issuer: setting })).toThrow(/^introspection\.endpoint must be given/)
    expect(() => make({ endpoint }, { issuer: setting })).not.toThrow()
  })

  test('need not be told where metadata are read', () => {
    expect(() => make({}, { issuer: craftedIssuer })).not.toThrow()
    expect(() => make({}, { issuer: { ...issuer, metadataUrl } })).not.toThrow()
  })

  test('may be a plain http address of a host in httpHosts, and of no other', async () => {
    const plain = 'http://keycloak:8080/introspect'
    expect(() => make({ endpoint: plain })).toThrow(/^introspection\.endpoint/)
    expect(() => make({ endpoint: plain }, { httpHosts: ['other'] })).toThrow(/^introspection\.endpoint/)
    const { get, asked } = setup({
      introspection: { endpoint: plain },
      options: { httpHosts: ['keycloak:8080'] },
    })
    expect((await get(opaque())).status).toBe(200)
    expect(asked.map(({ url }) => url)).toEqual([plain])
  })

  test.each([
    ['a host in httpHosts', ['keycloak'], 200],
    ['any other', [], 503],
  ])('may be named by metadata as a plain http address of %s', async (_, hosts, status) => {
    const { get, script } = setup({
      introspection: { endpoint: undefined } as never,
      options: hosts.length > 0 ? { httpHosts: hosts } : {},
    })
    script.metadata = () => json({ issuer: craftedIssuer, introspection_endpoint: 'http://keycloak:8080/i' })
    expect((await get(opaque())).status).toBe(status)
  })
})
