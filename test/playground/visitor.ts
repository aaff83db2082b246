import type { Cookie, Page, Response } from 'playwright-core'
import type { Playground } from '../../examples/playground/server.js'

/** What a browser has after a log-in: the session at the issuer. */
export type Cookies = readonly Cookie[]

async function readAnswer(page: Page, response: Response) {
  const challenge = await response.headerValue('WWW-Authenticate')
  const status = response.status()
  const shown = page.locator('#answer')
  await shown.locator('.badge').getByText(String(status)).waitFor()
  return {
    status,
    challenge,
    shownChallenge: (await shown.locator('.challenge').allTextContents())[0] ?? null,
    shownBody: JSON.parse((await shown.locator('.body').textContent()) ?? ''),
  }
}

/** What a person does on the page, found by the names a screen reader would say. */
export function createVisitor(page: Page, { apiUrl }: Playground) {
  const button = (name: string) => page.getByRole('button', { name, disabled: false })
  const told = (text: string) => page.getByRole('status').getByText(text).waitFor()
  return {
    page,
    button,
    told,
    problem: page.getByRole('alert'),
    async logIn(user = 'Ada', url = apiUrl) {
      await page.goto(url)
      await button('Log in').click()
      await button(user).click()
      await told(`Logged in as ${user}.`)
    },
    /** Opens the page in the session of a former log-in. */
    async comeBack(cookies: Cookies, user = 'Ada') {
      await page.context().addCookies(cookies)
      await page.goto(apiUrl)
      await told(`Logged in as ${user}.`)
    },
    /** Leaves nothing of a former visit: no session, no choice, no page. */
    async forgetAll() {
      await page.goto(`${apiUrl}/icon.svg`) // a page without script
      await page.evaluate('sessionStorage.clear()')
      await page.context().clearCookies()
    },
    async call(route: string) {
      const answered = page.waitForResponse(
        (response) => `${response.request().method()} ${new URL(response.url()).pathname}` === route,
      )
      await button(route).click()
      return readAnswer(page, await answered)
    },
    /** A claim as it stands in the token, without the explanation below it. */
    claim: (name: string) =>
      page.locator(`#claims [data-claim="${name}"]`).evaluate((cell) => cell.firstChild?.textContent),
    scopes: () => page.getByRole('list', { name: 'Scopes' }).getByRole('listitem').allTextContents(),
  }
}

export type Visitor = ReturnType<typeof createVisitor>

/** Collects what goes wrong behind the page: script errors, breaches of its own policy, requests to elsewhere. */
export function watchProblems(page: Page, { apiUrl, issuer }: Playground, problems: string[]): void {
  const own = [apiUrl, apiUrl.replace('localhost', '127.0.0.1'), issuer.url, issuer.customUrl]
  const origins = own.map((url) => new URL(url).origin)
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) problems.push(message.text())
  })
  page.on('request', (request) => {
    if (!origins.includes(new URL(request.url()).origin)) problems.push(`asked ${request.url()}`)
  })
}
