import * as descope from '../../examples/providers/descope.js'
import * as duende from '../../examples/providers/duende-identityserver.js'
import * as pingone from '../../examples/providers/pingone.js'
import * as workos from '../../examples/providers/workos.js'
import * as zitadel from '../../examples/providers/zitadel.js'
import { type Documented, discovered } from './documented.js'

const pingIssuer = 'https://auth.pingone.eu/11111111-2222-3333-4444-555555555555/as'
const rolesOf = (project: string) => `urn:zitadel:iam:org:project:${project}roles`

export const moreTenants: Documented[] = [
  {
    name: 'Zitadel',
    options: zitadel.zitadel,
    check: zitadel.isReader,
    ...discovered(
      'https://northwind-abc123.zitadel.cloud',
      'https://northwind-abc123.zitadel.cloud/oauth/v2/keys',
    ),
    header: { typ: undefined },
    claims: {
      iss: 'https://northwind-abc123.zitadel.cloud',
      aud: ['200000000000000001', '123456789012345678'],
      sub: '300000000000000001',
      client_id: '200000000000000001',
      jti: 'one',
      [rolesOf('')]: { reader: { '400000000000000001': 'northwind.zitadel.cloud' } },
    },
    otherAudience: { aud: ['200000000000000001'] },
    withoutPermission: { [rolesOf('')]: undefined },
  },
  {
    name: 'Descope',
    options: descope.descope,
    check: descope.mayRead,
    jwksUri: 'https://api.descope.com/P2northwind/.well-known/jwks.json',
    claims: {
      iss: 'P2northwind',
      sub: 'U2ada',
      amr: ['email'],
      drn: 'DS',
      dct: 'T2northwind',
      tenants: { T2northwind: { permissions: ['read:messages'], roles: ['Reader'] } },
    },
    otherAudience: { aud: ['P2other'] },
    withoutPermission: { tenants: { T2other: { permissions: ['read:messages'] } } },
  },
  {
    name: 'WorkOS',
    options: workos.workos,
    check: workos.mayRead,
    jwksUri: 'https://api.workos.com/sso/jwks/client_northwind',
    header: { typ: undefined },
    claims: {
      iss: 'https://api.workos.com',
      sub: 'user_1',
      sid: 'session_1',
      org_id: 'org_1',
      role: 'member',
      permissions: ['messages:read'],
      jti: 'one',
    },
    otherAudience: { aud: 'https://invoices.northwind.com' },
    withoutPermission: { permissions: [] },
  },
  {
    name: 'PingOne',
    options: pingone.pingone,
    check: pingone.mayRead,
    ...discovered(pingIssuer, `${pingIssuer}/jwks`),
    header: { typ: undefined, x5t: 'abc' },
    claims: {
      iss: pingIssuer,
      aud: ['https://messages.northwind.com'],
      client_id: 'web',
      sub: 'ada',
      scope: 'read:messages',
      env: '11111111-2222-3333-4444-555555555555',
      org: '22222222-2222-3333-4444-555555555555',
    },
    otherAudience: { aud: ['https://api.pingone.eu'] },
    withoutPermission: { scope: 'openid' },
  },
  {
    name: 'Duende IdentityServer',
    options: duende.identityServer,
    check: duende.mayRead,
    ...discovered(
      'https://login.northwind.com',
      'https://login.northwind.com/.well-known/openid-configuration/jwks',
    ),
    header: { typ: 'at+jwt' },
    claims: {
      iss: 'https://login.northwind.com',
      aud: 'messages',
      client_id: 'worker',
      jti: 'one',
      scope: ['messages.read', 'messages.write'],
    },
    otherAudience: { aud: 'https://login.northwind.com/resources' },
    withoutPermission: { scope: ['messages.write'] },
  },
]
