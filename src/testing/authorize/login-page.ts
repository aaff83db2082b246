import type { Response } from 'express'
import type { UserSettings } from '../tenant/settings.js'
import type { AuthorizationRequest } from './authorization-request.js'
import { html, sendPage } from './page.js'

interface LoginPage {
  request: AuthorizationRequest
  /** Identifies the authorization request when the form is submitted. */
  login: string
  users: Iterable<UserSettings>
}

// Browsers apply `form-action` also to the redirect that answers the form
function sourceOf(redirectUri: string): string {
  const { origin, protocol } = new URL(redirectUri)
  return origin === 'null' ? protocol : origin
}

/** Sends a page with a button for each user. There are no passwords. */
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
