import { type RequireAuthOptions, requireClaim } from 'express-require-auth'

/**
 * Supabase Auth with asymmetric signing keys; a project on the legacy secret (HS256) must rotate to one first. The
 * audience is the same at all projects: the issuer tells them apart. Tested with tokens of the documented form.
 * https://supabase.com/docs/guides/auth/jwt-fields (2026-11-25)
 */
export const supabase: RequireAuthOptions = {
  issuer: {
    issuer: 'https://northwindref.supabase.co/auth/v1',
    jwksUri: 'https://northwindref.supabase.co/auth/v1/.well-known/jwks.json',
    algorithms: ['ES256'],
  },
  audience: 'authenticated',
}

/** `app_metadata` is yours to set, `user_metadata` is the user's. */
export const isEditor = requireClaim('app_metadata.role', 'editor')
