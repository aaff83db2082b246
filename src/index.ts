export { authErrorHandler } from './error-handler.js'
export type { AuthError, RefusalCode } from './errors.js'
export { isAuthError } from './errors.js'
export type { AuthEvent } from './events.js'
export type { Algorithm } from './issuer/jwk.js'
export type { JwksOptions } from './issuer/key-download.js'
export type { IssuerOptions, IssuerSetting } from './issuer-setting.js'
export type { RequireAuthOptions } from './options.js'
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
