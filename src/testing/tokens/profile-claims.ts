import type { UserSettings } from '../tenant/settings.js'
import type { Claims } from './signing-keys.js'

/** Returns the claims about a user that the scopes allow. @see OpenID Connect Core §5.4 */
export function profileClaims(user: UserSettings, scopes: readonly string[]): Claims {
  const { name, email } = user
  return {
    ...(scopes.includes('profile') && { name }),
    ...(scopes.includes('email') && { email, email_verified: true }),
  }
}
