import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startTestIssuer } from 'express-require-auth/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { messages } from '../api.js'
import { readyKey } from '../keys/ready-keys.js'
import { mount, setup } from '../setup.js'
import { newKey, setupScripted, signedBy } from './scripted-issuer.js'

const asJson = { 'content-type': 'application/json' }

/** A real issuer on loopback that is no more than a listener. */
async function setupServer(answer: (url: string) => RequestListener, timeoutSeconds = 5) {
  const server = createServer((req, res) => answer(url)(req, res)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const key = newKey()
  const jwks = { timeoutSeconds, maxBytes: 10_000 }
  return {
    url,
    token: signedBy(key, { iss: url }),
    ...mount({ issuer: url, audience: messages, algorithms: ['ES256'], jwks }),
  }
}

const metadataPath = '/.well-known/openid-configuration'

test.each([301, 302, 303, 307, 308])('a redirect (%d) is not followed', async (status) => {
  const asked: string[] = []
  const { auth, url } = await setupServer((base) => (req, res) => {
    asked.push(req.url ?? '')
    res.writeHead(status, { location: `${base}elsewhere` }).end()
  })
  await expect(auth.ready()).rejects.toThrow(
    `${url}.well-known/openid-configuration answered with a redirect, which is refused`,
  )
  expect(asked).toEqual([metadataPath])
})

test('an answer without end is given up at maxBytes', async () => {
  const { auth } = await setupServer(() => (_req, res) => {
    res.writeHead(200, asJson)
    const pour = () => {
      while (!res.closed && res.write(' '.repeat(1000)));
      res.once('drain', pour)
    }
    pour()
  })
  await expect(auth.ready()).rejects.toThrow('answered with more than 10000 bytes')
})

test('one deadline holds for discovery, headers and body together', async () => {
  const timeoutSeconds = 0.3
  const { get, token } = await setupServer((url) => {
    const metadata = JSON.stringify({ issuer: url, jwks_uri: `${url}jwks.json` })
    return (req, res) => {
      const isMetadata = req.url === metadataPath
      setTimeout(() => res.writeHead(200, asJson), 100)
      setTimeout(() => (isMetadata ? res.end(metadata) : res.write('{')), 200)
    }
  }, timeoutSeconds)
  const startedAt = performance.now()
  const { status } = await get(token)
  expect(status).toBe(503)
  expect((performance.now() - startedAt) / 1000).toBeLessThan(timeoutSeconds + 2) // the machine may have other work
})

test('a connection that breaks in the middle of an answer is a failed fetch', async () => {
  const { auth, url } = await setupServer(() => (_req, res) => {
    res.writeHead(200, { ...asJson, 'content-length': '100' }).write('{')
    setTimeout(() => res.destroy(), 20)
  })
  await expect(auth.ready()).rejects.toThrow(`${url}.well-known/openid-configuration broke off its answer`)
})

test('an issuer that nobody listens for is a failed fetch', async () => {
  const issuer = await startTestIssuer({ signingKey: readyKey() })
  await issuer.close()
  const { auth } = mount({ issuer: issuer.url, audience: messages })
  await expect(auth.ready()).rejects.toThrow('could not be reached (ECONNREFUSED)')
})

describe('the fetch option', () => {
  test('makes all requests, each with a deadline and without redirects', async () => {
    const asked: [string, RequestInit | undefined][] = []
    const { issuer, auth } = await setup({
      fetch: (url, init) => {
        asked.push([String(url), init])
        return fetch(url, init)
      },
    })
    await auth.ready()
    const expected = {
      redirect: 'manual',
      signal: expect.any(AbortSignal),
      headers: { accept: 'application/json, application/jwk-set+json' },
    }
    expect(asked).toEqual([
      [`${issuer.url}.well-known/openid-configuration`, expected],
      [`${issuer.url}.well-known/jwks.json`, expected],
    ])
  })

  test.each([
    ['an Error', new Error('secret text')],
    ['nothing', undefined],
    ['text', 'secret text'],
  ])('may throw %s, which is an outage and stays unquoted', async (_, thrown) => {
    const { get, key, ofType } = setupScripted({ fetch: () => Promise.reject(thrown) })
    expect((await get(signedBy(key))).status).toBe(503)
    expect(String(ofType('keys_refresh_failed')[0]?.error)).toMatch(/could not be reached \(network error\)$/)
  })

  test('that ignores its signal keeps nobody waiting beyond the deadline', async () => {
    const { get, key } = setupScripted({ fetch: () => new Promise(() => {}), jwks: { timeoutSeconds: 0.1 } })
    expect((await get(signedBy(key))).status).toBe(503)
  })
})
