/** The answer to a token request, before it is written as JSON. @see RFC 6749 §5.1 */
export interface TokenResponse {
  accessToken: string
  expiresInSeconds: number
  scopes: readonly string[]
  idToken?: string | undefined
  refreshToken?: string | undefined
}
