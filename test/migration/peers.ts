import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import type { RequestHandler } from 'express'
import { root } from '../docs/pages.js'

/** The packages that people come from: some run in the benchmarks too. None is a dependency of ours. */
const contenders = join(root, 'test/bench')
const folders = [contenders, import.meta.dirname]

/** Whether they are installed: by `npm ci --prefix FOLDER`, as CI does. */
export function havePeers(): boolean {
  const missing = folders.filter((folder) => !existsSync(join(folder, 'node_modules')))
  if (missing.length === 0) return true
  const cure = missing.map((folder) => `npm ci --prefix ${relative(root, folder)}`).join(' && ')
  if (process.env.CI === 'true') throw new Error(`packages that tests need are missing: ${cure}`)
  console.log(`skipped, since packages are missing: ${cure}`)
  return false
}

interface Trust {
  issuer: string
  jwksUri: string
  audience: string
}

/** The middleware of a peer, configured as its documentation recommends. */
export async function peer(name: string, trust: Trust): Promise<RequestHandler> {
  const { protect } = await import(/* @vite-ignore */ join(contenders, `contenders/${name}.js`))
  return protect(trust)
}

export const peerPackage = createRequire(import.meta.filename)
