import type { Parameters } from './parameters.js'
import type { ClientSettings } from './tenant-options.js'

export interface TokenRequest {
  client: ClientSettings
  parameters: Parameters
  /** The issuer identifier of the domain the request was sent to. */
  issuer: string
}

export interface TokenResponse {
  accessToken: string
  expiresInSeconds: number
  scopes: readonly string[]
  idToken?: string | undefined
  refreshToken?: string | undefined
}

/** Answers the token requests of one grant type. */
export type Grant = (request: TokenRequest) => Promise<TokenResponse>
