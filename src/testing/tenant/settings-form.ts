type Check = (value: unknown, path: string) => void
type Fields = Readonly<Record<string, Check>>

const grantTypes = ['authorization_code', 'client_credentials', 'refresh_token']

function wrong(path: string, expected: string): TypeError {
  return new TypeError(`${path} must be ${expected}`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const text: Check = (value, path) => {
  if (typeof value !== 'string' || value === '') throw wrong(path, 'a non-empty string')
}

const flag: Check = (value, path) => {
  if (typeof value !== 'boolean') throw wrong(path, 'true or false')
}

const seconds: Check = (value, path) => {
  if (!Number.isSafeInteger(value) || (value as number) <= 0) throw wrong(path, 'a positive whole number')
}

// RFC 6749 §3.3: a space separates scopes
const scope: Check = (value, path) => {
  if (typeof value !== 'string' || !/^[\x21\x23-\x5B\x5D-\x7E]+$/.test(value)) {
    throw wrong(path, 'a scope: printable ASCII without spaces, quotes or backslashes')
  }
}

// A script URL would run on the issuer's own pages; RFC 6749 §3.1.2 forbids a fragment
const address: Check = (value, path) => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  const harmful = ['javascript:', 'data:', 'vbscript:', 'blob:', 'about:'].includes(url?.protocol ?? '')
  if (!url || harmful || url.hash) throw wrong(path, 'an absolute URL without fragment')
}

const origin: Check = (value, path) => {
  if (typeof value !== 'string' || !URL.canParse(value) || new URL(value).origin !== value) {
    throw wrong(path, 'an origin such as http://localhost:3000')
  }
}

function oneOf(...allowed: string[]): Check {
  return (value, path) => {
    if (!allowed.includes(value as string)) throw wrong(path, `one of ${allowed.join(', ')}`)
  }
}

function listOf(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, 'a list')
    for (const [index, item] of value.entries()) check(item, `${path}[${index}]`)
  }
}

function recordOf(check: Check): Check {
  return (value, path) => {
    if (!isRecord(value)) throw wrong(path, 'an object')
    for (const [name, item] of Object.entries(value)) check(item, `${path}[${JSON.stringify(name)}]`)
  }
}

function object(required: Fields, optional: Fields): Check {
  return (value, path) => {
    if (!isRecord(value)) throw wrong(path, 'an object')
    for (const name of Object.keys(required)) {
      if (value[name] === undefined) throw new TypeError(`${path}.${name} is missing`)
    }
    for (const [name, item] of Object.entries(value)) {
      const check = { ...required, ...optional }[name]
      if (!check) throw new TypeError(`${path}.${name} is not a known setting`)
      if (item !== undefined) check(item, `${path}.${name}`)
    }
  }
}

const api = object(
  { identifier: text, scopes: listOf(scope) },
  { tokenLifetimeSeconds: seconds, tokenProfile: oneOf('auth0', 'rfc9068'), rbac: flag, permissions: flag },
)

const client = object(
  { clientId: text, grants: listOf(oneOf(...grantTypes)) },
  {
    clientSecret: text,
    name: text,
    apis: recordOf(listOf(scope)),
    managementScopes: listOf(scope),
    redirectUris: listOf(address),
    logoutUris: listOf(address),
    webOrigins: listOf(origin),
    organizations: listOf(text),
    organizationRequired: flag,
  },
)

const user = object(
  { userId: text, name: text, email: text },
  { permissions: recordOf(listOf(scope)), organizations: listOf(text) },
)

/** Checks the form of each setting. Does not check the relations between settings. */
export const checkForm: Check = object(
  { apis: listOf(api), clients: listOf(client) },
  {
    users: listOf(user),
    organizations: listOf(object({ id: text, name: text }, {})),
    defaultAudience: text,
  },
)
