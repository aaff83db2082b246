import * as adfs from '../../examples/providers/adfs.js'
import * as b2c from '../../examples/providers/azure-ad-b2c.js'
import * as multiTenant from '../../examples/providers/entra-multi-tenant.js'
import * as v1 from '../../examples/providers/entra-v1.js'
import * as v2 from '../../examples/providers/entra-v2.js'
import { type Documented, discovered } from './documented.js'

const tenant = '11111111-2222-3333-4444-555555555555'
const otherTenant = '99999999-2222-3333-4444-555555555555'
const api = '66666666-7777-8888-9999-000000000000'
const login = 'https://login.microsoftonline.com'
const otherApi = { aud: '00000003-0000-0000-c000-000000000000' }

const user = { aio: 'a', oid: 'ada', rh: 'r', sub: 'ada-here', tid: tenant, uti: 'u', name: 'Ada' }
const v2User = { ...user, iss: `${login}/${tenant}/v2.0`, aud: api, azp: 'web', azpacr: '0', ver: '2.0' }

const entraV2 = {
  options: v2.entra,
  ...discovered(`${login}/${tenant}/v2.0`, `${login}/${tenant}/discovery/v2.0/keys`),
  jwk: { use: 'sig', x5t: 'x', issuer: `${login}/${tenant}/v2.0` },
  otherAudience: otherApi,
}

export const microsoft: Documented[] = [
  {
    name: 'Entra ID, version 2, a user',
    ...entraV2,
    check: v2.mayRead,
    claims: { ...v2User, scp: 'Messages.Read Messages.Write' },
    withoutPermission: { scp: 'Messages.Write' },
    otherKind: { claims: { nonce: 'n' } },
  },
  {
    name: 'Entra ID, version 2, a client',
    ...entraV2,
    check: v2.mayReadAll,
    claims: { ...v2User, idtyp: 'app', roles: ['Messages.Read.All'] },
    withoutPermission: { roles: undefined },
  },
  {
    name: 'Entra ID, version 1',
    options: v1.entra,
    check: v1.mayRead,
    metadata: {
      at: `${login}/${tenant}/.well-known/openid-configuration`,
      issuer: `https://sts.windows.net/${tenant}/`,
    },
    jwksUri: `${login}/common/discovery/keys`,
    jwk: { use: 'sig', x5t: 'x', issuer: 'https://sts.windows.net/{tenantid}/' },
    claims: {
      ...user,
      iss: `https://sts.windows.net/${tenant}/`,
      aud: `api://${api}`,
      appid: 'web',
      appidacr: '0',
      ver: '1.0',
      scp: 'Messages.Read',
    },
    otherAudience: { aud: 'https://graph.microsoft.com' },
    withoutPermission: { scp: 'User.Read' },
  },
  {
    name: 'Entra ID, many tenants',
    options: multiTenant.entra,
    check: multiTenant.ofCustomer,
    metadata: {
      at: `${login}/common/v2.0/.well-known/openid-configuration`,
      issuer: `${login}/{tenantid}/v2.0`,
    },
    jwksUri: `${login}/common/discovery/v2.0/keys`,
    jwk: { use: 'sig', x5t: 'x', issuer: `${login}/{tenantid}/v2.0` },
    claims: { ...v2User, scp: 'Messages.Read' },
    otherAudience: otherApi,
    withoutPermission: { tid: otherTenant, iss: `${login}/${otherTenant}/v2.0` },
  },
  {
    name: 'Azure AD B2C',
    options: b2c.azureAdB2c,
    check: b2c.mayRead,
    metadata: {
      at: 'https://northwind.b2clogin.com/northwind.onmicrosoft.com/B2C_1_sign_in/v2.0/.well-known/openid-configuration',
      issuer: `https://northwind.b2clogin.com/${tenant}/v2.0/`,
    },
    jwksUri: 'https://northwind.b2clogin.com/northwind.onmicrosoft.com/B2C_1_sign_in/discovery/v2.0/keys',
    claims: {
      iss: `https://northwind.b2clogin.com/${tenant}/v2.0/`,
      aud: api,
      azp: 'web',
      sub: 'ada',
      tfp: 'B2C_1_sign_in',
      scp: 'messages.read',
      ver: '1.0',
    },
    otherAudience: { aud: 'web' },
    withoutPermission: { scp: undefined },
  },
  {
    name: 'AD FS',
    options: adfs.adfs,
    check: adfs.mayRead,
    jwksUri: 'https://adfs.northwind.com/adfs/discovery/keys',
    header: { x5t: 'x' },
    claims: {
      iss: 'http://adfs.northwind.com/adfs/services/trust',
      aud: 'microsoft:identityserver:https://messages.northwind.com',
      apptype: 'Public',
      appid: 'web',
      authmethod: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
      auth_time: '2026-11-25T10:00:00.000Z',
      scp: 'read openid',
      ver: '1.0',
    },
    otherAudience: { aud: 'urn:microsoft:userinfo' },
    withoutPermission: { scp: 'openid' },
  },
]
