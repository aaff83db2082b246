export interface Place {
  port: number
  database: string
  /** Header in which a proxy in front would hand over the client's certificate. */
  certificateHeader: string
}

export const audience = 'https://messages.northwind.com'
export const anotherAudience = 'https://reports.northwind.com'
export const worker = { id: 'worker', secret: 'loopback-tests-only' }
export const certified = 'certified-worker'

/** The file that glewlwyd starts from. `external_url` has no slash at its end: glewlwyd puts one behind it. */
export function configurationFile({ port, database }: Place): string {
  const modules = '/usr/lib/glewlwyd'
  return `
port = ${port}
bind_address = "127.0.0.1"
external_url = "http://127.0.0.1:${port}"
api_prefix = "api"
login_url = "login.html"
login_api_enabled = true
session_key = "GLEWLWYD2_SESSION_ID"
session_expiration = 86400
cookie_secure = 0
admin_scope = "g_admin"
profile_scope = "g_profile"
log_mode = "console"
log_level = "INFO"
hash_algorithm = "SHA512"
user_module_path = "${modules}/user"
client_module_path = "${modules}/client"
user_auth_scheme_module_path = "${modules}/scheme"
plugin_module_path = "${modules}/plugin"
database = { type = "sqlite3"; path = "${database}"; };
`
}

export interface PluginSettings {
  issuer: string
  /** Private JWKs; the first one signs. */
  keys: readonly object[]
  lifetimeSeconds: number
  certificateHeader: string
}

/** An instance of the OpenID Connect plugin, as `PUT /api/mod/plugin/oidc` takes it. */
export function plugin({ issuer, keys, lifetimeSeconds, certificateHeader }: PluginSettings): object {
  return {
    module: 'oidc',
    name: 'oidc',
    display_name: 'oidc',
    order_rank: 0,
    readonly: false,
    parameters: {
      iss: issuer,
      'jwks-private': JSON.stringify({ keys }),
      'jwks-show': true,
      'jwt-type': 'rsa',
      'jwt-key-size': '256',
      'access-token-duration': lifetimeSeconds,
      'refresh-token-duration': 3600,
      'code-duration': 60,
      'subject-type': 'public',
      'allow-non-oidc': true,
      'auth-type-code-enabled': true,
      'auth-type-client-enabled': true,
      'allowed-scope': ['openid', 'read:messages', 'write:messages'],
      scope: [],
      'additional-parameters': [],
      'introspection-revocation-allowed': true,
      'introspection-revocation-allow-target-client': true,
      'resource-allowed': true,
      'resource-client-property': 'resource',
      'resource-scope': {},
      'oauth-dpop-allowed': true,
      'oauth-dpop-iat-duration': 60,
      'client-cert-source': 'header',
      'client-cert-header-name': certificateHeader,
      'client-cert-self-signed-allowed': true,
    },
  }
}

/** A client that may ask for both scopes, for either API. */
export function client(id: string, authentication: object): object {
  return {
    client_id: id,
    name: id,
    enabled: true,
    confidential: true,
    scope: ['read:messages', 'write:messages'],
    authorization_type: ['client_credentials'],
    resource: [audience, anotherAudience],
    ...authentication,
  }
}
