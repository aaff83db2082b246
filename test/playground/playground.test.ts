import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Playground, startPlayground } from '../../examples/playground/server.js'
import { launchChromium, missing } from './chromium.js'
import { type Cookies, createVisitor, type Visitor, watchProblems } from './visitor.js'

const artifacts = resolve(import.meta.dirname, '../../artifacts')
const tokenLifetimeSeconds = 600
const viewport = { width: 1280, height: 900 }
const clockToleranceSeconds = 5 // the middleware's default

let playground: Playground
let browser: Browser
let shared: Visitor // a page that is warm takes a third of the time of a new one
let visitor: Visitor
let loggedIn: Cookies
const problems: string[] = []

if (missing) console.warn(`The playground is not tested: ${missing}`)

/** A visitor with a browser profile of its own. */
async function newVisitor(): Promise<Visitor> {
  const page = await browser.newPage({ viewport })
  page.setDefaultTimeout(20_000)
  watchProblems(page, playground, problems)
  return createVisitor(page, playground)
}

describe.skipIf(missing)('the playground', () => {
  beforeAll(async () => {
    playground = await startPlayground({ issuerPort: 0, apiPort: 0, tokenLifetimeSeconds })
    browser = await launchChromium()
    shared = await newVisitor()
    await shared.logIn()
    loggedIn = await shared.page.context().cookies()
  })

  afterAll(async () => {
    await browser?.close()
    await playground?.close()
  })

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'] }) // the clock of the API and the issuer; the browser has its own
    visitor = shared
    await visitor.forgetAll()
    await visitor.page.setViewportSize(viewport)
  })

  afterEach(async () => {
    vi.useRealTimers()
    if (visitor !== shared) await visitor.page.context().close()
    expect(problems.splice(0)).toEqual([])
  })

  test('a log-in brings an access token that opens the messages, its claims and scopes shown', async () => {
    await visitor.logIn()
    expect(visitor.page.url()).toBe(`${playground.apiUrl}/`) // without the code
    expect(await visitor.claim('iss')).toBe(playground.issuer.customUrl)
    expect(await visitor.claim('sub')).toBe('auth0|ada')
    expect(await visitor.claim('aud')).toBe(
      `https://messages.northwind.com\n${playground.issuer.customUrl}userinfo`,
    )
    expect(await visitor.scopes()).toEqual(['openid', 'read:messages', 'profile', 'offline_access'])
    const { status, shownChallenge, shownBody } = await visitor.call('GET /messages')
    expect({ status, shownChallenge }).toEqual({ status: 200, shownChallenge: null })
    expect(shownBody).toMatchObject({ subject: 'auth0|ada', scopes: await visitor.scopes() })
  })

  test('posting without the scope is refused, and the challenge shown names it', async () => {
    await visitor.comeBack(loggedIn)
    const { status, challenge, shownChallenge, shownBody } = await visitor.call('POST /messages')
    expect(status).toBe(403)
    expect(challenge).toBe(
      'Bearer realm="api", error="insufficient_scope", scope="write:messages", error_description="The access token lacks a required scope"',
    )
    expect(shownChallenge).toBe(challenge)
    expect(shownBody).toMatchObject({ status: 403, code: 'insufficient_scope' })
    await mkdir(artifacts, { recursive: true })
    await visitor.page.screenshot({ path: join(artifacts, 'playground.png'), fullPage: true })
  })

  test('other scopes come with another token, without a second log-in, and what is posted stays text', async () => {
    await visitor.comeBack(loggedIn)
    await visitor.page.getByLabel('write:messages').check()
    await visitor.button('Get a token for these').click()
    await expect.poll(visitor.scopes).toContain('write:messages')
    await visitor.page.getByLabel('Text to post').fill('<img src="/icon.svg">')
    const { status, shownBody } = await visitor.call('POST /messages')
    expect(status).toBe(201)
    expect(shownBody).toEqual({ from: 'auth0|ada', text: '<img src="/icon.svg">' })
    expect(await visitor.page.locator('#answer img').count()).toBe(0)
  })

  test('without a token, and with a tampered one, the messages are closed', async () => {
    await visitor.comeBack(loggedIn)
    await visitor.page.getByLabel('nothing').check()
    const closed = await visitor.call('GET /messages')
    expect(closed.status).toBe(401)
    expect(closed.shownChallenge).toBe('Bearer realm="api"')
    await visitor.page.getByLabel('a tampered one').check()
    const tampered = await visitor.call('GET /messages')
    expect(tampered.status).toBe(401)
    expect(tampered.challenge).toBe(
      'Bearer realm="api", error="invalid_token", error_description="The access token signature is invalid"',
    )
  })

  test('an expired token is refused until a refresh brings a new one, time and again', async () => {
    visitor = await newVisitor() // the time that is set for the browser cannot be unset
    await visitor.comeBack(loggedIn)
    for (const round of [1, 2]) {
      const later = Number(await visitor.claim('exp')) + clockToleranceSeconds + round
      vi.setSystemTime(later * 1000)
      await visitor.page.clock.setFixedTime(later * 1000)
      await visitor.told('The access token has expired')
      const { status, challenge } = await visitor.call('GET /messages')
      expect(status).toBe(401)
      expect(challenge).toBe(
        'Bearer realm="api", error="invalid_token", error_description="The access token expired"',
      )
      await visitor.button('Refresh now').click()
      await visitor.told('Refreshed')
      expect(Number(await visitor.claim('exp'))).toBe(later + tokenLifetimeSeconds)
      expect((await visitor.call('GET /messages')).status).toBe(200)
    }
  })

  test('a client that refreshes by itself never sends an expired token', async () => {
    visitor = await newVisitor() // the time that is set for the browser cannot be unset
    await visitor.comeBack(loggedIn)
    await visitor.page.getByLabel('Refresh before a call if need be').check()
    const later = Date.now() + 3_600_000
    vi.setSystemTime(later)
    await visitor.page.clock.setFixedTime(later)
    expect((await visitor.call('GET /messages')).status).toBe(200)
  })

  test('a reload keeps the log-in, from either domain', async () => {
    const url = playground.apiUrl.replace('localhost', '127.0.0.1')
    await visitor.logIn('Grace', url)
    expect(await visitor.claim('iss')).toBe(playground.issuer.url)
    await visitor.page.reload()
    await visitor.told('Logged in as Grace.')
    expect((await visitor.call('GET /messages')).status).toBe(200)
  })

  test('each audience has its own API', async () => {
    await visitor.comeBack(loggedIn)
    await visitor.page.getByLabel('Audience').selectOption('Management API')
    await visitor.page.getByLabel('read:users').check()
    await visitor.button('Get a token for these').click()
    await expect.poll(visitor.scopes).toContain('read:users')
    expect(await visitor.claim('aud')).toBe(`${playground.issuer.customUrl}api/v2/`)
    expect((await visitor.call('GET /api/v2/users')).status).toBe(200)
    const { status, challenge } = await visitor.call('GET /messages')
    expect(status).toBe(401)
    expect(challenge).toContain('error_description="The access token is for another audience"')
  })

  test('without an audience the token is opaque: good for userinfo, refused by the API', async () => {
    await visitor.page.goto(playground.apiUrl)
    await visitor.page.getByLabel('Audience').selectOption('None: an opaque token')
    await visitor.button('Log in').click()
    await visitor.button('Ada').click()
    await visitor.page.getByText('An opaque token: only the issuer').waitFor()
    expect((await visitor.call('GET /userinfo')).shownBody).toEqual({ sub: 'auth0|ada', name: 'Ada' })
    expect((await visitor.call('GET /messages')).status).toBe(401)
  })

  test("the tenant's refusal of an unknown audience is told", async () => {
    await visitor.page.goto(playground.apiUrl)
    await visitor.page.getByLabel('Audience').selectOption('An API the tenant does not know')
    await visitor.button('Log in').click()
    await visitor.problem.getByText('access_denied: Service not found: https://unknown.example').waitFor()
    await visitor.told('Not logged in.')
  })

  test('a log-out ends the log-in here and at the issuer', async () => {
    await visitor.logIn()
    await visitor.button('Log out').click()
    await visitor.told('Not logged in.')
    expect((await visitor.call('GET /messages')).status).toBe(401)
    await visitor.button('Log in').click()
    await visitor.button('Ada').waitFor() // asked again
  })

  test('a log-in and a call need no mouse, and fit a narrow screen', async () => {
    const { page } = visitor
    await page.setViewportSize({ width: 320, height: 640 })
    await page.goto(playground.apiUrl)
    await visitor.button('Log in').focus()
    await page.keyboard.press('Enter')
    await visitor.button('Ada').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await visitor.told('Logged in as Ada.')
    await page.getByLabel('Text to post').focus()
    await page.keyboard.press('Enter')
    await page.locator('#answer').getByText('403 Forbidden').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  })
})
