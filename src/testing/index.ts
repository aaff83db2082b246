/*
 * The test kit. Its rooms, lowest first; a room imports from itself and from those above it in this list:
 *
 * tenant          the settings of a tenant, their checks, and the ready-made tenant Northwind
 * memory          stores whose entries expire
 * requests        reading requests, authenticating clients, answering errors
 * grants          which API and which scopes a client may get
 * tokens          signing keys, and the tokens made with them
 * authorize       log-in pages, sessions, authorization codes, log-out
 * token-endpoint  the token endpoint and its grant types
 * endpoints       the other endpoints, and the app of them all
 * server          the loopback server, outages, request counts
 */

/**
 * An authorization server on loopback for tests through HTTP, and `authFor` for unit tests of handlers.
 *
 * @module express-require-auth/testing
 */
export { authFor } from './auth-for.js'
export type { Outage } from './server/outages.js'
export type { Endpoint, RequestCounts } from './server/request-counts.js'
export { northwind } from './tenant/northwind.js'
export type {
  ApiSettings,
  ClientSettings,
  GrantType,
  OrganizationSettings,
  TenantOptions,
  UserSettings,
} from './tenant/settings.js'
export { loadTenant } from './tenant/tenant.js'
export { startTestIssuer, type TestIssuer, type TestIssuerOptions } from './test-issuer.js'
export type { DpopKey, DpopProofOptions } from './tokens/dpop-key.js'
export type { Claims, RotateKeysOptions, SigningKeySource } from './tokens/signing-keys.js'
export type { TestTokenOptions } from './tokens/test-token.js'
