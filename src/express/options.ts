import type { Request } from 'express'
import type { GuardOptions, TokenPlace as TokenPlaceOf } from '../guard/options.js'
import type { MtlsOptions as MtlsOptionsOf } from '../proof/mtls.js'

/**
 * The options of `requireAuth`, whose functions are called with Express's request.
 *
 * @example
 * const options: RequireAuthOptions = { issuer: 'northwind.auth0.com', audience: 'https://messages.northwind.com' }
 */
export interface RequireAuthOptions extends GuardOptions<Request> {}

/**
 * A place that credentials are read from. A function returns the token, or nothing.
 *
 * @example
 * const fromCookie: TokenPlace = (req) => req.cookies.access_token
 */
export type TokenPlace = TokenPlaceOf<Request>

/**
 * How tokens that are bound to a client certificate are taken. @see RFC 8705 §3
 *
 * @example
 * const mtls: MtlsOptions = { required: true, certificate: forwardedCertificate('aws-alb') }
 */
export interface MtlsOptions extends MtlsOptionsOf<Request> {}
