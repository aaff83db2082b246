import type { X509Certificate } from 'node:crypto'
import type { Scheme } from './refusal/challenge.js'

/**
 * An access token as it was sent, with what its sender showed beside it. Nothing of it is verified.
 *
 * Made by an adapter from a request, or by `verify` from its arguments. `Context` is what callbacks of the application
 * are called with: Express's request, or undefined outside of one.
 */
export interface Presented<Context = unknown> {
  readonly token: string
  readonly scheme: Scheme
  /** Read only where a binding or `bindIssuerToHost` asks for it. */
  readonly evidence: RequestEvidence | undefined
  readonly context: Context | undefined
}

/** What a request shows of itself, for tokens that are bound to a key, a certificate or a host. */
export interface RequestEvidence {
  readonly method?: string | undefined
  /** The absolute URLs that the request may be addressed to; none when it has no URL that can be trusted. */
  readonly urls: readonly string[]
  /** The value of the `DPoP` header. */
  readonly proof?: string | undefined
  readonly certificate?: ClientCertificate | undefined
}

/**
 * A client certificate: parsed, as DER, as PEM, or as the SHA-256 thumbprint of its DER in base64url.
 *
 * @example
 * const certificate: ClientCertificate = readFileSync('client.pem', 'utf8')
 */
export type ClientCertificate = X509Certificate | Uint8Array | string | { readonly 'x5t#S256': string }

/**
 * What the sender of an access token showed beside it, for `auth.verify(token, evidence)`.
 *
 * @example
 * await auth.verify(token, { method: 'GET', url: 'https://api.northwind.com/feed', proof: headers.dpop })
 */
export interface Evidence {
  /** The method of the request, as it was sent. */
  method?: string | undefined
  /** The absolute URL of the request as its sender knows it: the public scheme, host and path. */
  url?: string | undefined
  /** The value of the `DPoP` header. With it the token counts as sent under the DPoP scheme. */
  proof?: string | undefined
  /** The certificate that the client authenticated its TLS connection with. */
  certificate?: ClientCertificate | undefined
}

/** Presents a token outside of a request. */
export function presentedBy(token: string, { url, ...evidence }: Evidence): Presented<never> {
  return {
    token,
    scheme: evidence.proof === undefined ? 'Bearer' : 'DPoP',
    evidence: { ...evidence, urls: url === undefined ? [] : [url] },
    context: undefined,
  }
}
