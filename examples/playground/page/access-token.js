/** Shows what an access token says. The page does not verify it: only the API decides whether to trust it. */

const meanings = {
  iss: 'who issued it: the domain the log-in went to',
  sub: 'the user',
  aud: 'the APIs it is for',
  azp: 'the client it was issued to',
  client_id: 'the client it was issued to',
  scope: 'what the client may do there',
  iat: 'issued at',
  exp: 'expires at',
  typ: 'the kind of token',
  alg: 'how it is signed',
  kid: 'which key of the issuer signed it',
}

function decodePart(part) {
  const bytes = Uint8Array.from(atob(part.replace(/-/g, '+').replace(/_/g, '/')), (byte) =>
    byte.charCodeAt(0),
  )
  return JSON.parse(new TextDecoder().decode(bytes))
}

/** Decodes the access token in an answer of the token endpoint. Does not verify it. */
export function readToken({ access_token: value, scope = '', expires_in: lifetimeSeconds }) {
  const parts = value.split('.')
  const scopes = scope.split(' ').filter(Boolean)
  if (parts.length !== 3) return { value, scopes, expiresAt: Date.now() / 1000 + lifetimeSeconds }
  const [header, claims] = parts.slice(0, 2).map(decodePart)
  return {
    value,
    header,
    claims,
    scopes: (claims.scope ?? '').split(' ').filter(Boolean),
    expiresAt: claims.exp,
  }
}

function meaningOf(name, value) {
  if (name !== 'iat' && name !== 'exp') return meanings[name]
  return `${meanings[name]} ${new Date(value * 1000).toLocaleString()}`
}

function rowOf([name, value]) {
  const row = document.createElement('tr')
  const head = document.createElement('th')
  head.scope = 'row'
  head.textContent = name
  const cell = document.createElement('td')
  cell.dataset.claim = name
  cell.append(
    Array.isArray(value) ? value.join('\n') : typeof value === 'string' ? value : JSON.stringify(value),
  )
  const meaning = meaningOf(name, value)
  if (meaning) cell.append(Object.assign(document.createElement('small'), { textContent: meaning }))
  row.append(head, cell)
  return row
}

function fillTable(id, members) {
  const table = document.getElementById(id)
  table.hidden = members === undefined
  table.tBodies[0].replaceChildren(...Object.entries(members ?? {}).map(rowOf))
}

export function showToken(token) {
  document.getElementById('token').hidden = token === undefined
  document.getElementById('no-token').hidden = token !== undefined
  if (!token) return
  const chips = token.scopes.map((scope) =>
    Object.assign(document.createElement('li'), { textContent: scope }),
  )
  document.getElementById('scopes').replaceChildren(...chips)
  document.getElementById('opaque').hidden = token.claims !== undefined
  fillTable('claims', token.claims)
  fillTable('protected-header', token.header)
}

function duration(seconds) {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60]
  const units = ['h', 'min', 's']
  const first = parts.findIndex((part) => part > 0)
  if (first < 0) return 'less than a second'
  return parts
    .slice(first, first + 2)
    .map((part, index) => `${part} ${units[first + index]}`)
    .join(' ')
}

/** Shows when the token expires or that it has expired, and returns whether it has. */
export function showTime({ expiresAt }) {
  const left = expiresAt - Date.now() / 1000
  const expired = left <= 0
  const state = document.getElementById('token-state')
  state.textContent = expired ? 'Expired' : 'Expires'
  state.className = `badge ${expired ? 'bad' : 'good'}`
  document.getElementById('token-time').textContent = expired
    ? `${duration(-left)} ago`
    : `in ${duration(left)}`
  return expired
}
