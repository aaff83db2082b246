import type { Response } from 'express'
import { html, scriptValue, sendPage } from './page.js'

/** Where the answer to an authorization request is sent: an address that the client registered. */
export interface Destination {
  redirectUri: string
  responseMode: 'query' | 'web_message'
  state: string | undefined
}

export type AuthorizationAnswer = { code: string } | { error: string; error_description: string }

function redirect(res: Response, redirectUri: string, members: Record<string, string>): void {
  const location = new URL(redirectUri)
  for (const [name, value] of Object.entries(members)) location.searchParams.append(name, value)
  res.set('Cache-Control', 'no-store').redirect(303, location.href)
}

function postMessage(res: Response, redirectUri: string, response: Record<string, string>): void {
  const { origin } = new URL(redirectUri)
  const message = scriptValue({ type: 'authorization_response', response })
  sendPage(res, {
    title: 'Logging in',
    body: html`<p>You may close this page.</p>`,
    script: `(window.opener || window.parent).postMessage(${message}, ${scriptValue(origin)})`,
    frameAncestors: origin,
  })
}

/** Sends the answer to the client. @see RFC 6749 §4.1.2, and OAuth 2.0 Web Message Response Mode */
export function answerAuthorization(
  res: Response,
  { redirectUri, responseMode, state }: Destination,
  answer: AuthorizationAnswer,
): void {
  const members = { ...answer, ...(state !== undefined && { state }) }
  const send = responseMode === 'query' ? redirect : postMessage
  send(res, redirectUri, members)
}
