import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const LIMIT_BYTES = 600_000
const folder = '../node_modules/express-require-auth'
const sizes = readdirSync(folder, { recursive: true })
  .map((file) => statSync(join(folder, file)))
  .filter((entry) => entry.isFile())
  .map(({ size }) => size)
const bytes = sizes.reduce((sum, size) => sum + size, 0)
if (bytes > LIMIT_BYTES) throw new Error(`the package has ${bytes} bytes unpacked, over ${LIMIT_BYTES}`)
