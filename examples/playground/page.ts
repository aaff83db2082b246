import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import express, { type Request, type Response, Router } from 'express'
import type { TestIssuer } from 'express-require-auth/testing'
import { audience, clientId } from './tenant.js'

const sdk = dirname(dirname(createRequire(import.meta.url).resolve('@auth0/auth0-spa-js')))

function contentSecurityPolicy(issuer: TestIssuer): string {
  const issuers = [issuer.url, issuer.customUrl].map((url) => new URL(url).origin).join(' ')
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "worker-src 'self'", // the worker keeps the refresh token, and scripts of the page cannot read it
    `connect-src 'self' ${issuers}`,
    `frame-src ${issuers}`, // silent log-in
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

/** Returns the page's settings. The issuer has the same host as the page, so that the browser sends its cookies. */
function settingsFor(req: Request, issuer: TestIssuer) {
  const url = req.hostname === 'localhost' ? issuer.customUrl : issuer.url
  return {
    domain: new URL(url).origin,
    clientId,
    audiences: { messages: audience, management: `${url}api/v2/` },
  }
}

/** Serves the page, and the browser client from its npm package. */
export function createPage(issuer: TestIssuer): Router {
  const headers = {
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': contentSecurityPolicy(issuer),
    'Referrer-Policy': 'no-referrer', // the address holds a code after the log-in
    'X-Content-Type-Options': 'nosniff',
  }
  const setHeaders = (res: Response) => void res.set(headers)
  const page = Router()
  page.use(express.static(join(import.meta.dirname, 'page'), { setHeaders }))
  page.use('/auth0-spa-js', express.static(sdk, { setHeaders, index: false }))
  page.get('/settings.json', (req, res) => void res.set(headers).json(settingsFor(req, issuer)))
  return page
}
