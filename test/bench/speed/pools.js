import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claimsFor, forge, mint } from '../tokens.js'

const makers = {
  valid: ({ key, issuer }, count) => mint(key, count, () => claimsFor(issuer)),
  expired: ({ key, issuer }, count) => mint(key, count, () => claimsFor(issuer, { expiresInSeconds: -3600 })),
  forged: ({ key, issuer }, count) => manyOf(count, () => forge(key.kid, claimsFor(issuer))),
  foreign: (_tenant, count) =>
    manyOf(count, () => forge('foreign-key', claimsFor('https://tenant.example/'))),
}

function manyOf(count, make) {
  return Array.from({ length: count }, make)
}

/** Files of tokens, one a line, each kind made once per run; `remove` deletes them. */
export function createPools(tenant) {
  const folder = mkdtempSync(join(tmpdir(), 'require-auth-bench-'))
  return {
    write: (name, tokens) => write(join(folder, name), tokens),
    make: async (kind, count) => write(join(folder, kind), await makers[kind](tenant, count)),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

async function write(file, tokens) {
  const stream = createWriteStream(file)
  for (const token of tokens) {
    if (!stream.write(`${token}\n`)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
  return file
}
