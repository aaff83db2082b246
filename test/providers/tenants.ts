import * as auth0 from '../../examples/providers/auth0.js'
import * as clerk from '../../examples/providers/clerk.js'
import * as kinde from '../../examples/providers/kinde.js'
import * as logto from '../../examples/providers/logto.js'
import * as okta from '../../examples/providers/okta.js'
import * as supabase from '../../examples/providers/supabase.js'
import { type Documented, discovered } from './documented.js'

const api = 'https://messages.northwind.com'
const otherApi = { aud: 'https://invoices.northwind.com' }

const auth0Token = {
  options: auth0.auth0,
  check: [auth0.mayRead, auth0.ofNorthwind],
  claims: {
    iss: 'https://northwind.eu.auth0.com/',
    sub: 'auth0|ada',
    aud: [api, 'https://northwind.eu.auth0.com/userinfo'],
    azp: 'web',
    scope: 'openid profile',
    permissions: ['read:messages'],
    org_id: 'org_northwind',
  },
  otherAudience: { aud: ['https://northwind.eu.auth0.com/userinfo'] },
  otherKind: { claims: { nonce: 'n' } },
}

const keysOfAuth0 = (domain: string) =>
  discovered(`https://${domain}/`, `https://${domain}/.well-known/jwks.json`)

/** Providers whose customers have a tenant, project or environment. */
export const tenants: Documented[] = [
  {
    name: 'Auth0, canonical domain',
    ...auth0Token,
    ...keysOfAuth0('northwind.eu.auth0.com'),
    withoutPermission: { permissions: [] },
  },
  {
    name: 'Auth0, custom domain',
    ...auth0Token,
    ...keysOfAuth0('login.northwind.com'),
    claims: { ...auth0Token.claims, iss: 'https://login.northwind.com/' },
    withoutPermission: { org_id: 'org_other' },
  },
  {
    name: 'Auth0, RFC 9068 profile',
    ...auth0Token,
    ...keysOfAuth0('northwind.eu.auth0.com'),
    header: { typ: 'at+jwt' },
    claims: { ...auth0Token.claims, azp: undefined, client_id: 'web', jti: 'one' },
    withoutPermission: { permissions: undefined },
    otherKind: { header: { typ: 'logout+jwt' } },
  },
  {
    name: 'Okta, custom authorization server',
    options: okta.okta,
    check: okta.mayRead,
    ...discovered(
      'https://northwind.okta.com/oauth2/default',
      'https://northwind.okta.com/oauth2/default/v1/keys',
    ),
    header: { typ: undefined },
    claims: {
      ver: 1,
      iss: 'https://northwind.okta.com/oauth2/default',
      aud: 'api://default',
      cid: 'web',
      uid: '00u1',
      scp: ['read:messages', 'openid'],
      sub: 'ada@northwind.com',
    },
    otherAudience: { aud: 'api://other' },
    withoutPermission: { scp: ['openid'] },
    otherKind: { header: { typ: 'application/okta-internal-at+jwt' } },
  },
  {
    name: 'Clerk',
    options: clerk.clerk,
    check: clerk.isAdmin,
    jwksUri: 'https://clerk.northwind.com/.well-known/jwks.json',
    header: { cat: 'cl_B7d4PD111AAA' },
    claims: {
      iss: 'https://clerk.northwind.com',
      azp: 'https://www.northwind.com',
      sub: 'user_1',
      sid: 'sess_1',
      fva: [7, -1],
      sts: 'active',
      v: 2,
      o: { id: 'org_1', rol: 'admin', slg: 'northwind' },
    },
    otherAudience: { azp: 'https://www.thief.example' },
    withoutPermission: { o: undefined },
  },
  {
    name: 'Supabase',
    options: supabase.supabase,
    check: supabase.isEditor,
    jwksUri: 'https://northwindref.supabase.co/auth/v1/.well-known/jwks.json',
    alg: 'ES256',
    jwk: { alg: 'ES256', use: 'sig', key_ops: ['verify'] },
    claims: {
      iss: 'https://northwindref.supabase.co/auth/v1',
      aud: 'authenticated',
      sub: '123e4567-e89b-12d3-a456-426614174000',
      role: 'authenticated',
      aal: 'aal1',
      session_id: '123e4567-e89b-12d3-a456-426614174001',
      email: 'ada@northwind.com',
      phone: '',
      is_anonymous: false,
      app_metadata: { provider: 'email', role: 'editor' },
      user_metadata: { role: 'admin' },
    },
    otherAudience: { aud: 'anon' },
    withoutPermission: { app_metadata: { provider: 'email' }, user_metadata: { role: 'editor' } },
  },
  {
    name: 'Kinde',
    options: kinde.kinde,
    check: kinde.mayRead,
    ...discovered('https://northwind.kinde.com', 'https://northwind.kinde.com/.well-known/jwks'),
    claims: {
      iss: 'https://northwind.kinde.com',
      aud: [api],
      azp: 'web',
      sub: 'kp_1',
      org_code: 'org_1',
      permissions: ['read:messages'],
      scp: ['openid'],
    },
    otherAudience: { aud: [] },
    withoutPermission: { permissions: [] },
  },
  {
    name: 'Logto',
    options: logto.logto,
    check: logto.mayRead,
    ...discovered('https://northwind.logto.app/oidc', 'https://northwind.logto.app/oidc/jwks'),
    alg: 'ES384',
    header: { typ: 'at+jwt' },
    claims: {
      iss: 'https://northwind.logto.app/oidc',
      aud: api,
      sub: 'ada',
      client_id: 'web',
      jti: 'one',
      scope: 'read:messages',
    },
    otherAudience: otherApi,
    withoutPermission: { scope: '' },
  },
]
