import type { Parameters } from '../requests/parameters.js'
import type { ClientSettings } from '../tenant/settings.js'
import type { TokenResponse } from '../tokens/token-response.js'

export interface TokenRequest {
  client: ClientSettings
  parameters: Parameters
  /** The issuer identifier of the domain the request was sent to. */
  issuer: string
}

/** Answers the token requests of one grant type. */
export type Grant = (request: TokenRequest) => Promise<TokenResponse>
