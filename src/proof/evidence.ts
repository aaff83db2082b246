import type { Request } from 'express'
import type { ClientCertificate } from './client-certificate.js'

/** What the sender of an access token shows beside it, for a token that is bound to a key or a certificate. */
export interface Evidence {
  /** The method of the request, as it was sent. */
  method?: string | undefined
  /** The absolute URL of the request, as its sender knows it: the public scheme, host and path. */
  url?: string | undefined
  /** The value of the `DPoP` header. Its presence says that the token came under the DPoP scheme. */
  proof?: string | undefined
  /** The certificate that the client authenticated its TLS connection with. */
  certificate?: ClientCertificate | undefined
}

/** Method, URL and proof of a request. `trust proxy` decides whether forwarded scheme and host count. */
export function evidenceOf(req: Request): Evidence {
  return {
    method: req.method,
    url: `${req.protocol}://${hostOf(req)}${pathOf(req)}`,
    proof: req.headers.dpop as string | undefined, // Node joins several by commas, which no proof survives
  }
}

/** Whether the peer is one that Express's `trust proxy` names, so that its forwarding headers count. */
export function isFromTrustedProxy(req: Request): boolean {
  return req.app.get('trust proxy fn')(req.socket.remoteAddress, 0)
}

/** With the port, which `req.hostname` lacks and Express 4's `req.host` too. */
function hostOf(req: Request): string {
  const forwarded = req.headers['x-forwarded-host'] as string | undefined
  if (forwarded && isFromTrustedProxy(req)) return forwarded.split(',', 1)[0]?.trim() as string
  return req.headers.host ?? ''
}

/** The path as the client wrote it, whatever router it passed. A proxy's request has the whole URI there. */
function pathOf({ originalUrl }: Request): string {
  return originalUrl.startsWith('/') ? originalUrl : originalUrl.replace(/^https?:\/\/[^/?#]*/i, '')
}
