export type { DpopKey, DpopProofOptions } from './dpop-key.js'
export { northwind } from './northwind.js'
export type { Outage } from './outages.js'
export type { Endpoint, RequestCounts } from './request-counts.js'
export type { Claims, RotateKeysOptions } from './signing-keys.js'
export { loadTenant } from './tenant.js'
export type {
  ApiSettings,
  ClientSettings,
  GrantType,
  OrganizationSettings,
  TenantOptions,
  UserSettings,
} from './tenant-options.js'
export { startTestIssuer, type TestIssuer, type TestIssuerOptions } from './test-issuer.js'
export type { TestTokenOptions } from './test-token.js'
