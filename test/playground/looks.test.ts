import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Playground, startPlayground } from '../../examples/playground/server.js'
import { launchChromium, missing } from './chromium.js'
import { createVisitor } from './visitor.js'

const artifacts = resolve(import.meta.dirname, '../../artifacts')
const screens = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } }
let playground: Playground
let browser: Browser

async function openPage(screen: keyof typeof screens) {
  const page = await browser.newPage({ viewport: screens[screen], reducedMotion: 'reduce' })
  page.setDefaultTimeout(20_000)
  onTestFinished(() => page.context().close())
  return createVisitor(page, playground)
}

/** Runs axe on the page as it is now, and returns each rule that is broken with the element that breaks it. */
async function violationsOf(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source)
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run({ resultTypes: ["violations"] })')
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`))
}

/** Runs axe in both colour schemes, and takes a screenshot of each. */
async function inspect(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect.soft(await violationsOf(page), `${name} in ${colorScheme}`).toEqual([])
    await page.screenshot({ path: join(artifacts, `${name}-${colorScheme}.png`), fullPage: true })
  }
}

/** Whether the whole of an element can be seen without scrolling. */
function isInView(page: Page, selector: string): Promise<boolean> {
  return page.locator(selector).evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect()
    return top >= 0 && bottom <= element.ownerDocument.documentElement.clientHeight
  })
}

describe.skipIf(missing)('the look of the pages', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    playground = await startPlayground({ issuerPort: 0, apiPort: 0 })
    browser = await launchChromium()
    await mkdir(artifacts, { recursive: true })
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    await playground?.close()
  })

  test.each(['phone', 'desktop'] as const)('axe finds nothing on a %s, light or dark', async (screen) => {
    const visitor = await openPage(screen)
    const { page } = visitor
    await page.goto(playground.apiUrl)
    await visitor.told('Not logged in.')
    expect(await violationsOf(page)).toEqual([])
    await visitor.button('Log in').click()
    await visitor.button('Ada').waitFor()
    await inspect(page, `log-in-${screen}`)
    await visitor.button('Ada').click()
    await visitor.told('Logged in as Ada.')
    await visitor.call('POST /messages')
    await inspect(page, `playground-${screen}`)
  })

  test('on a phone the answer comes into view after a call', async () => {
    const visitor = await openPage('phone')
    await visitor.page.goto(playground.apiUrl)
    await visitor.told('Not logged in.')
    await visitor.call('GET /messages')
    expect(await isInView(visitor.page, 'section:has(#answer)')).toBe(true)
  })

  test('a page that shows the answer already does not scroll', async () => {
    const visitor = await openPage('desktop')
    await visitor.page.setViewportSize({ width: 1280, height: 1200 })
    await visitor.page.goto(playground.apiUrl)
    await visitor.told('Not logged in.')
    await visitor.call('GET /public')
    expect(await visitor.page.evaluate('scrollY')).toBe(0)
  })

  test('the hint of a refusal is shown as text where the API sends one', async () => {
    const { page, button, told } = await openPage('desktop')
    const details = { hint: 'ask for <b>write:messages</b>' }
    await page.route('**/messages', (route) =>
      route.fulfill({ status: 403, contentType: 'application/problem+json', json: { status: 403, details } }),
    )
    await page.goto(playground.apiUrl)
    await told('Not logged in.')
    await button('GET /messages').click()
    await page.locator('#answer').getByText('403 Forbidden').waitFor()
    expect(await page.locator('#answer .refusal-hint').textContent()).toBe(details.hint)
  })

  test('a refusal without a hint shows none', async () => {
    const visitor = await openPage('desktop')
    await visitor.page.goto(playground.apiUrl)
    await visitor.told('Not logged in.')
    await visitor.page.route('**/messages', (route) =>
      route.fulfill({ status: 401, contentType: 'application/problem+json', json: { status: 401 } }),
    )
    await visitor.call('GET /messages')
    expect(await visitor.page.locator('#answer .refusal-hint').count()).toBe(0)
  })

  test("the log-in page has the playground's icon", async () => {
    const visitor = await openPage('desktop')
    await visitor.page.goto(playground.apiUrl)
    await visitor.button('Log in').click()
    const icon = await visitor.page.locator('link[rel=icon]').getAttribute('href')
    const shown = await (await fetch(`${playground.apiUrl}/icon.svg`)).text()
    expect(icon).toBe(`data:image/svg+xml,${encodeURIComponent(shown.trim())}`)
  })
})
