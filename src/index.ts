/**
 * The middleware, the checks of routes, the error handler and their types.
 *
 * @module express-require-auth
 */
export type { Auth, Claims, Confirmation } from './auth.js'
export { getAuth } from './express/admission.js'
export type { ClaimPath } from './express/claim-path.js'
export { type AuthErrorHandlerOptions, authErrorHandler } from './express/error-handler.js'
export { type CertificateFormat, forwardedCertificate } from './express/forwarded-certificate.js'
export type { MtlsOptions, RequireAuthOptions, TokenPlace } from './express/options.js'
export { type RequireAuth, requireAuth } from './express/require-auth.js'
export {
  type ProtectedResourceMetadata,
  type ProtectedResourceOptions,
  protectedResourceMetadata,
} from './express/resource-metadata.js'
export {
  anyOf,
  requireAnyScope,
  requireClaim,
  requireClaims,
  requirePermissions,
  requireScopes,
} from './express/route-checks.js'
export { requireStepUp, type StepUpOptions } from './express/step-up.js'
export type { CacheOptions, GuardOptions } from './guard/options.js'
export type { ResourceMetadataSetting } from './guard/protected-resource.js'
export type { JwksOptions } from './issuer/jwks-options.js'
export type { Audience, AudienceByClaim, IssuerOptions, IssuerSetting } from './issuer/setting.js'
export type { Algorithm } from './jose/algorithms.js'
export type { ClientCertificate, Evidence } from './presented.js'
export type { DpopOptions } from './proof/dpop-options.js'
export type { CertificateSource } from './proof/mtls.js'
export type { NonceOptions } from './proof/nonce.js'
export {
  createMemoryReplayStore,
  type MemoryReplayStoreOptions,
  type ReplayStore,
} from './proof/replay-store.js'
export type { AuthError, RefusalDetails } from './refusal/errors.js'
export { isAuthError } from './refusal/errors.js'
export type { AuthEvent } from './refusal/events.js'
export type { RefusalCode } from './refusal/table.js'
export type { IntrospectionOptions } from './token/introspection-options.js'
