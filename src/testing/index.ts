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
export type { Claims, RotateKeysOptions } from './tokens/signing-keys.js'
export type { TestTokenOptions } from './tokens/test-token.js'
