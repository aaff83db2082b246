import type { AuthorizationServer } from './server.js'

/** In the order of the results. Loaded when run, so that one broken server leaves the others to `--only`. */
export const servers: Record<string, () => Promise<{ server: AuthorizationServer }>> = {
  keycloak: () => import('./keycloak/server.js'),
  spring: () => import('./spring/server.js'),
  hydra: () => import('./hydra/server.js'),
  dex: () => import('./dex/server.js'),
  'oidc-provider': () => import('./oidc-provider/server.js'),
  glewlwyd: () => import('./glewlwyd/server.js'),
  'lemonldap-ng': () => import('./lemonldap-ng/server.js'),
  'better-auth': () => import('./better-auth/server.js'),
  'django-oauth-toolkit': () => import('./django-oauth-toolkit/server.js'),
}
