// node run.js [speed] [dpop] [state] [cluster] [--quick] [--rounds N] ...: the parts named, or all, one after another.
// Options are those of the parts. A whole run of all parts puts its figures into the README and the guide.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const known = ['speed', 'dpop', 'state', 'cluster']
const args = process.argv.slice(2)
const named = args.filter((arg) => known.includes(arg))
const options = args.filter((arg) => !known.includes(arg))
const isWhole = named.length === 0 && !options.some((arg) => /^--(quick|only|scenario)/.test(arg))

const failed = (named.length > 0 ? named : known).filter((part) => !succeeds(part, options))
if (isWhole && failed.length === 0 && !succeeds('publish', [])) failed.push('publish')
if (failed.length > 0) process.stderr.write(`Failed: ${failed.join(', ')}\n`)
process.exitCode = failed.length > 0 ? 1 : 0

function succeeds(file, args) {
  const path = fileURLToPath(new URL(`${file}.js`, import.meta.url))
  return spawnSync(process.execPath, [path, ...args], { stdio: 'inherit' }).status === 0
}
