import { randomBytes } from 'node:crypto'
import type { Response } from 'express'
import { iconAddress, pageStyle } from './page-style.js'

/** Markup whose interpolations are escaped. */
export interface Html {
  readonly markup: string
}

interface Page {
  status?: number
  title: string
  body: Html
  /** Where the page's forms may be sent, besides the issuer. */
  formAction?: string
  /** Who may frame the page. Default nobody. */
  frameAncestors?: string
  /** Runs on the page. Values in it must be escaped by `scriptValue`. */
  script?: string
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function markupOf(value: string | Html | readonly Html[]): string {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => entities[character] ?? '')
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('')
}

/** Escapes every interpolated text. */
export function html(parts: TemplateStringsArray, ...values: (string | Html | readonly Html[])[]): Html {
  return { markup: String.raw({ raw: parts }, ...values.map(markupOf)) }
}

/** Writes a JSON value as script source that cannot end the script element. */
export function scriptValue(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function contentSecurityPolicy(nonce: string, { formAction = '', frameAncestors = "'none'" }: Page): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    'img-src data:', // the icon
    `form-action 'self' ${formAction}`.trim(),
    `frame-ancestors ${frameAncestors}`,
    "base-uri 'none'",
  ].join('; ')
}

function documentOf({ title, body, script }: Page, nonce: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${markupOf(title)}</title>
<link rel="icon" href="${iconAddress}" type="image/svg+xml">
<style nonce="${nonce}">${pageStyle}</style>
<main>
<h1>${markupOf(title)}</h1>
${body.markup}
<p class="notice">This is a test issuer, a development and test tool: anyone may log in.</p>
</main>
${script ? `<script nonce="${nonce}">${script}</script>` : ''}
</html>
`
}

export function sendPage(res: Response, page: Page): void {
  const nonce = randomBytes(16).toString('base64url')
  res.status(page.status ?? 200).type('html')
  res.set({
    'Cache-Control': 'no-store',
    'Content-Security-Policy': contentSecurityPolicy(nonce, page),
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  })
  res.send(documentOf(page, nonce))
}
