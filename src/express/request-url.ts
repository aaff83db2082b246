import type { TLSSocket } from 'node:tls'
import type { Request } from 'express'
import { baseUrl, type PublicUrl } from '../guard/options.js'
import { listOf } from '../options/checks.js'
import { isRepeated } from './raw-headers.js'

/** Finds the absolute URLs that a request may be addressed to: none when there is none to be believed. */
export type RequestUrls = (req: Request) => readonly string[]

/** `host[:port]`, and nothing that a URL parser would read as more than that (RFC 3986 §3.2). */
const HOST = /^([a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(:\d{1,5})?$/i

/** A dot segment, encoded or not: the path that a router sees is then not the one that a URL names. */
const DOT_SEGMENT = /(^|[/\\])(\.|%2e){1,2}([/\\?#]|$)/i

/**
 * With `publicUrl` nothing that the sender wrote counts but the path and the method. Without it `Host`, and the
 * `X-Forwarded-*` headers of proxies that `trust proxy` names, are believed.
 */
export function createRequestUrls(publicUrl: PublicUrl | undefined): RequestUrls {
  if (publicUrl === undefined) return requestUrl
  return (req) => {
    const path = pathOf(req)
    if (path === undefined) return []
    const bases = typeof publicUrl === 'function' ? checkedBases(publicUrl(req as never)) : publicUrl
    return bases.flatMap((base) => addressesUnder(base, path))
  }
}

/** A proxy that strips a prefix makes "/" of the prefix alone, with and without the slash. */
function addressesUnder(base: string, path: string): readonly string[] {
  return withoutQuery(path) === '/' ? [base + path, base + path.slice(1)] : [base + path]
}

const basesOf = listOf(baseUrl)

function checkedBases(value: string | readonly string[]): readonly string[] {
  return basesOf([value].flat(), 'what the publicUrl function returned')
}

function requestUrl(req: Request): readonly string[] {
  const [host, path] = [hostOf(req), pathOf(req)]
  const { protocol = (req.socket as TLSSocket | undefined)?.encrypted ? 'https' : 'http' } = req
  const isHttp = protocol === 'http' || protocol === 'https'
  return isHttp && host !== undefined && path !== undefined ? [`${protocol}://${host}${path}`] : []
}

/** Whether the peer is one that Express's `trust proxy` names, so that its forwarding headers count. None without Express. */
export function isFromTrustedProxy({ app, socket }: Request): boolean {
  return app?.get('trust proxy fn')(socket?.remoteAddress, 0) === true
}

/** With the port, which `req.hostname` lacks and Express 4's `req.host` too. Undefined for what is no host. */
function hostOf(req: Request): string | undefined {
  const { 'x-forwarded-host': forwarded } = req.headers
  const isForwarded = typeof forwarded === 'string' && forwarded !== '' && isFromTrustedProxy(req)
  const named = isForwarded ? forwarded.split(',', 1)[0]?.trim() : sentHost(req)
  return typeof named === 'string' && HOST.test(named) ? named : undefined
}

/** Several say nothing (RFC 9112 §3.2), nor does an `:authority` of HTTP/2 that differs from `host` (RFC 9113 §8.3.1). */
function sentHost({ headers, rawHeaders }: Request): string | undefined {
  const { ':authority': authority, host } = headers as Record<string, string | undefined>
  if (isRepeated(rawHeaders, 'host')) return undefined
  return authority === undefined || host === undefined || host === authority ? (host ?? authority) : undefined
}

/**
 * The path as the client wrote it, whatever router it passed. A request to a proxy has the whole URI there. Undefined
 * for a target that is no path, or that has dot segments.
 */
function pathOf({ url, originalUrl = url }: Request): string | undefined {
  const target = originalUrl.startsWith('/') ? originalUrl : pathOfAbsolute(originalUrl)
  return target === undefined || DOT_SEGMENT.test(withoutQuery(target)) ? undefined : target
}

function pathOfAbsolute(target: string): string | undefined {
  const found = /^https?:\/\/[^/\\?#]+([/?#].*)?$/i.exec(target)
  if (!found) return undefined
  const [, rest = ''] = found
  return rest.startsWith('/') ? rest : `/${rest}`
}

function withoutQuery(target: string): string {
  const end = target.search(/[?#]/)
  return end < 0 ? target : target.slice(0, end)
}
