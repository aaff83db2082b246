import { createHash } from 'node:crypto'
import type { AuthorizationCodes, CodeGrant } from '../authorize/authorization-codes.js'
import { grantScopes } from '../grants/target.js'
import { sameSecret } from '../requests/client-authentication.js'
import { type OAuthError, oauthError } from '../requests/oauth-error.js'
import { requireParameter } from '../requests/parameters.js'
import type { RefreshTokens } from '../tokens/refresh-tokens.js'
import type { IssueUserTokens } from '../tokens/user-tokens.js'
import type { Grant, TokenRequest } from './token-request.js'

interface CodeGrantOptions {
  codes: AuthorizationCodes
  refreshTokens: RefreshTokens
  issueTokens: IssueUserTokens
}

function invalidGrant(description: string): OAuthError {
  return oauthError({ status: 400, error: 'invalid_grant', description })
}

// RFC 7636 §4.6; a verifier without a challenge is a downgrade (RFC 9700 §2.1.1)
function provesPossession(codeChallenge: string | undefined, codeVerifier: string | undefined): boolean {
  if (codeChallenge === undefined || codeVerifier === undefined) return codeChallenge === codeVerifier
  return sameSecret(createHash('sha256').update(codeVerifier).digest('base64url'), codeChallenge)
}

function checkCode(found: CodeGrant | undefined, { client, parameters }: TokenRequest): CodeGrant {
  if (found?.grant.client.clientId !== client.clientId) throw invalidGrant('Invalid authorization code')
  if (found.redirectUri !== requireParameter(parameters, 'redirect_uri')) {
    throw invalidGrant('The redirect URI is wrong')
  }
  if (!provesPossession(found.codeChallenge, parameters.get('code_verifier'))) {
    throw invalidGrant('Failed to verify code verifier')
  }
  return found
}

/** Creates the grant that exchanges an authorization code for tokens. @see RFC 6749 §4.1.3 */
export function createCodeGrant({ codes, refreshTokens, issueTokens }: CodeGrantOptions): Grant {
  return async (request) => {
    const code = requireParameter(request.parameters, 'code')
    const used = codes.use(code, refreshTokens.end) // RFC 6749 §4.1.2: a code used twice may be stolen
    const { grant, familyId } = checkCode(used, request)
    const response = await issueTokens({ grant, issuer: request.issuer, scopes: grant.scopes })
    if (!grant.scopes.includes('offline_access')) return response
    return { ...response, refreshToken: refreshTokens.start(familyId, grant) }
  }
}

type RefreshGrantOptions = Pick<CodeGrantOptions, 'refreshTokens' | 'issueTokens'>

/** Creates the grant that exchanges a refresh token for new tokens. @see RFC 6749 §6 */
export function createRefreshGrant({ refreshTokens, issueTokens }: RefreshGrantOptions): Grant {
  return async ({ client, parameters, issuer }) => {
    const token = requireParameter(parameters, 'refresh_token')
    const rotated = refreshTokens.rotate(token, client.clientId)
    if (!rotated) throw invalidGrant('Unknown or invalid refresh token')
    const grant = { ...rotated.grant, nonce: undefined } // OpenID Connect Core §12.2
    const scopes = grantScopes(parameters.get('scope'), grant.scopes)
    return { ...(await issueTokens({ grant, issuer, scopes })), refreshToken: rotated.next }
  }
}
