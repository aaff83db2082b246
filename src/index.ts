export { authErrorHandler } from './error-handler.js'
export type { AuthError, RefusalCode } from './errors.js'
export { isAuthError } from './errors.js'
export type { AuthEvent } from './events.js'
export type { JwksOptions } from './issuer/key-download.js'
export type { IssuerOptions, IssuerSetting } from './issuer-setting.js'
export type { Algorithm } from './jwk.js'
export type { RequireAuthOptions } from './options.js'
export type { ClientCertificate } from './proof/client-certificate.js'
export type { DpopOptions } from './proof/dpop-options.js'
export type { Evidence } from './proof/evidence.js'
export { type CertificateFormat, forwardedCertificate } from './proof/forwarded-certificate.js'
export type { MtlsOptions } from './proof/mtls.js'
export type { NonceOptions } from './proof/nonce.js'
export {
  createMemoryReplayStore,
  type MemoryReplayStoreOptions,
  type ReplayStore,
} from './proof/replay-store.js'
export type { Auth, Claims, TokenPlace } from './request.js'
export { getAuth } from './request.js'
export type { RequireAuth } from './require-auth.js'
export { requireAuth } from './require-auth.js'
export type { StepUpOptions } from './require-scope.js'
export {
  anyOf,
  requireAnyScope,
  requireClaim,
  requireClaims,
  requirePermissions,
  requireScopes,
  requireStepUp,
} from './require-scope.js'
export type { ProtectedResourceMetadata, ProtectedResourceOptions } from './resource-metadata.js'
export { protectedResourceMetadata } from './resource-metadata.js'
export type { IntrospectionOptions } from './token/introspection-options.js'
