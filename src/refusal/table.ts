/** How one kind of refusal or outage is answered. */
export interface Refusal {
  status: 400 | 401 | 403 | 503
  /** The OAuth word of the challenge. Absent when no credentials were sent (RFC 6750 §3.1) and for outages. */
  error?: string
  /** Goes into headers and bodies: fixed text only, %x20-21 / %x23-5B / %x5D-7E (RFC 6750 §3). */
  description: string
}

const invalidRequest = (description: string) => ({
  status: 400 as const,
  error: 'invalid_request',
  description,
})
const invalidToken = (description: string) => ({ status: 401 as const, error: 'invalid_token', description })
const invalidProof = (description: string) => ({
  status: 401 as const,
  error: 'invalid_dpop_proof',
  description,
})

/** Every way to refuse. A new one is a new row. */
export const refusals = {
  token_missing: { status: 401, description: 'No access token was sent' },

  credentials_malformed: invalidRequest('The credentials are malformed'),
  credentials_repeated: invalidRequest('The credentials were sent more than once'),

  token_malformed: invalidToken('The access token is malformed'),
  token_too_large: invalidToken('The access token is too large'),
  token_expired: invalidToken('The access token expired'),
  token_too_old: invalidToken('The access token is too old'),
  token_not_yet_valid: invalidToken('The access token is not valid yet'),
  token_inactive: invalidToken('The access token is not active'),
  token_revoked: invalidToken('The access token was revoked'),
  signature_invalid: invalidToken('The access token signature is invalid'),
  algorithm_not_allowed: invalidToken('The access token is signed with an algorithm that is not allowed'),
  key_unknown: invalidToken('The access token is signed with an unknown key'),
  issuer_unknown: invalidToken('The access token is from an unknown issuer'),
  issuer_host_mismatch: invalidToken('The access token is from another domain than the one called'),
  audience_mismatch: invalidToken('The access token is for another audience'),
  type_not_allowed: invalidToken('The token is not an access token'),
  claim_invalid: invalidToken('The access token has a missing or invalid claim'),
  binding_unsupported: invalidToken('The access token is bound in a way this API does not support'),
  binding_required: invalidToken('The access token is not bound to its sender'),
  binding_mismatch: invalidToken(
    'The access token is bound to a key or certificate that the sender did not show',
  ),

  proof_missing: invalidProof('The DPoP proof is missing'),
  proof_invalid: invalidProof('The DPoP proof is invalid'),
  proof_target_mismatch: invalidProof('The DPoP proof is for another method or URL'),
  proof_expired: invalidProof('The DPoP proof is too old or from the future'),
  proof_replayed: invalidProof('The DPoP proof was used before'),
  nonce_required: {
    status: 401,
    error: 'use_dpop_nonce',
    description: 'The DPoP proof needs a nonce that this API issued recently',
  },

  insufficient_scope: {
    status: 403,
    error: 'insufficient_scope',
    description: 'The access token lacks a required scope',
  },
  insufficient_permissions: {
    status: 403,
    error: 'insufficient_scope',
    description: 'The access token lacks a required permission',
  },
  claim_not_accepted: {
    status: 403,
    error: 'insufficient_scope',
    description: 'The access token lacks a required claim',
  },
  insufficient_user_authentication: {
    status: 401,
    error: 'insufficient_user_authentication',
    description: 'A more recent or stronger authentication is required',
  },

  keys_unavailable: { status: 503, description: 'The keys of the issuer are unavailable' },
  introspection_unavailable: {
    status: 503,
    description: 'The authorization server cannot be asked about the token',
  },
  revocation_unavailable: { status: 503, description: 'The list of revoked tokens is unavailable' },
  replay_store_unavailable: { status: 503, description: 'The replay store is unavailable' },
} as const satisfies Record<string, Refusal>

/**
 * Stable machine-readable name of a refusal or an outage.
 *
 * @example
 * const isOver = (code: RefusalCode) => code === 'token_expired'
 */
export type RefusalCode = keyof typeof refusals

/** Every code of the table, for documents and tests. */
export const refusalCodes = Object.keys(refusals) as readonly RefusalCode[]
