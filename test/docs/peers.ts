import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { RequestHandler } from 'express'
import { root } from './pages.js'

const folder = join(root, 'test/bench')

/**
 * Whether the packages that people come from are installed: they are those of the benchmarks, and no dependencies of
 * ours. CI installs them; elsewhere `npm ci --prefix test/bench` does.
 */
export function havePeers(): boolean {
  const isThere = () => existsSync(join(folder, 'node_modules/express-oauth2-jwt-bearer'))
  if (!isThere() && process.env.CI === 'true') execFileSync('npm', ['ci', '--prefix', folder, '--silent'])
  if (!isThere()) console.log('skipped, since the peers are missing: npm ci --prefix test/bench')
  return isThere()
}

interface Trust {
  issuer: string
  jwksUri: string
  audience: string
}

/** The middleware of a peer, configured as its documentation recommends. */
export async function peer(name: string, trust: Trust): Promise<RequestHandler> {
  const { protect } = await import(/* @vite-ignore */ join(folder, `contenders/${name}.js`))
  return protect(trust)
}

/** A package as `require` of the benchmarks finds it. */
export const peerPackage = createRequire(join(folder, 'package.json'))
