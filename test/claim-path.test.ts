import { type ClaimPath, requireClaim } from 'express-require-auth'
import { describe, expect, test } from 'vitest'
import { craft, craftKey, goodClaims, trusting } from './craft.js'
import { messages, mount } from './setup.js'

const { privateKey: key, jwk } = craftKey('ec')
const options = {
  issuer: trusting({ ...jwk, alg: 'ES256' }),
  audience: messages,
  algorithms: ['ES256' as const],
}

async function statusFor(path: ClaimPath, value: string | number | boolean, claims: object) {
  const { get } = mount(options, { after: [requireClaim(path, value)] })
  return (await get(craft({ key, alg: 'ES256', claims: goodClaims({ ...claims }) }))).status
}

const zitadel = 'urn:zitadel:iam:org:project:roles'

test.each<[string, ClaimPath, string | number | boolean, object]>([
  ['realm roles of Keycloak', 'realm_access.roles', 'admin', { realm_access: { roles: ['user', 'admin'] } }],
  [
    'client roles of Keycloak',
    ['resource_access', 'messages.api', 'roles'],
    'admin',
    { resource_access: { 'messages.api': { roles: ['admin'] } } },
  ],
  ['roles of Zitadel', zitadel, 'admin', { [zitadel]: { admin: { '123': 'northwind.zitadel.cloud' } } }],
  [
    'an organization of Zitadel',
    [zitadel, 'admin', '123'],
    'n.cloud',
    { [zitadel]: { admin: { '123': 'n.cloud' } } },
  ],
  [
    'a namespaced name with dots',
    'https://northwind.com/roles',
    'admin',
    { 'https://northwind.com/roles': 'admin' },
  ],
  ['a whole name before a path', 'a.b', 'x', { 'a.b': 'x', a: { b: 'y' } }],
  ['a member whose name has dots', ['a.b', 'c'], 'x', { 'a.b': { c: 'x' } }],
  [
    'a list of objects on the way',
    'groups.name',
    'staff',
    { groups: [{ name: 'guests' }, { name: 'staff' }] },
  ],
  ['null beside an object on the way', 'groups.name', 'staff', { groups: [null, { name: 'staff' }] }],
  ['lists at every step', 'a.b.c', 7, { a: [{ b: [{ c: 1 }, { c: [6, 7] }] }] }],
  ['a path of one', ['level'], 3, { level: 3 }],
  ['true at its end', 'email.verified', true, { email: { verified: true } }],
])('requireClaim finds %s', async (_, path, value, claims) => {
  expect(await statusFor(path, value, claims)).toBe(200)
})

test.each<[string, ClaimPath, string | number | boolean, object]>([
  ['another role', 'realm_access.roles', 'admin', { realm_access: { roles: ['user'] } }],
  ['a whole name with another value, whatever the path leads to', 'a.b', 'y', { 'a.b': 'x', a: { b: 'y' } }],
  ['a whole name that is null', 'a.b', 'y', { 'a.b': null, a: { b: 'y' } }],
  ['a path, where a list of names is a name', ['a.b'], 'y', { a: { b: 'y' } }],
  ['a path of names, where the text is one', ['a', 'b', 'c'], 'y', { 'a.b': { c: 'y' } }],
  ['a role of Zitadel that is no object', zitadel, 'admin', { [zitadel]: { admin: true } }],
  ['a role of Zitadel that is null', zitadel, 'admin', { [zitadel]: { admin: null } }],
  ['a role of Zitadel by a number', zitadel, 7, { [zitadel]: { 7: { '123': 'n.cloud' } } }],
  ['a role of Zitadel by true', zitadel, true, { [zitadel]: { true: { '123': 'n.cloud' } } }],
  ['a member of null', 'a.b', 'y', { a: null }],
  ['an inherited member', zitadel, 'constructor', { [zitadel]: {} }],
  ['an inherited step', 'a.constructor.name', 'Object', { a: {} }],
  ['a character of a text', 'a.0', 'x', { a: 'xyz' }],
  ['the length of a list', 'a.length', 2, { a: [1, 2] }],
  ['an item of a list by its number', 'a.0', 'x', { a: ['x'] }],
  ['a step too short', 'a.b', 'c', { a: 'c' }],
  ['a step too far', 'a.b.c', 'x', { a: { b: 'x' } }],
  ['a text that holds it', 'a.b', 'x', { a: { b: 'x y' } }],
  ['an empty step', 'a.', 'x', { a: 'x' }],
])('requireClaim does not take %s', async (_, path, value, claims) => {
  expect(await statusFor(path, value, claims)).toBe(403)
})

describe('a path that is none', () => {
  test.each([[''], [[]], [['a', '']], [[7]], [undefined], [null], [7]])(
    '%j is refused at creation',
    (path) => {
      expect(() => requireClaim(path as never, 'x')).toThrow(TypeError)
    },
  )
})
