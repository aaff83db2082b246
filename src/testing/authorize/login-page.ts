import type { Response } from 'express'
import type { UserSettings } from '../tenant/settings.js'
import type { AuthorizationRequest } from './authorization-request.js'
import { html, sendPage } from './page.js'

interface LoginPage {
  request: AuthorizationRequest
  /** Names the request when the form comes back. */
  login: string
  users: Iterable<UserSettings>
}

// Browsers hold the redirect that follows a form to its `form-action` too
function sourceOf(redirectUri: string): string {
  const { origin, protocol } = new URL(redirectUri)
  return origin === 'null' ? protocol : origin
}

/** A page with a button for each user; there are no passwords. */
export function sendLoginPage(res: Response, { request, login, users }: LoginPage): void {
  const { client, destination } = request
  const button = ({ userId, name, email }: UserSettings) =>
    html`<button name="user" value="${userId}"><strong>${name}</strong> ${email}</button>\n`
  sendPage(res, {
    title: 'Log in',
    body: html`<p>to continue to <strong>${client.name ?? client.clientId}</strong></p>
<form method="post" action="/u/login">
<input type="hidden" name="login" value="${login}">
${[...users].map(button)}</form>`,
    formAction: sourceOf(destination.redirectUri),
  })
}
