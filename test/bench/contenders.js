import { readFileSync } from 'node:fs'

/** The contenders of every scenario, by the name of its file in `contenders/`; `bare` is the yardstick. */
export const contenderNames = [
  'bare',
  'ours',
  'fast-jwt',
  'jose',
  'express-oauth2-jwt-bearer',
  'aws-jwt-verify',
  'express-jwt',
  'passport-jwt',
  'okta-jwt-verifier',
  'map',
]

/** Those that answer 401 on the spot, made to call `next(error)` as the others do: see `contenders/refuse.js`. */
export const alikeNames = ['fast-jwt', 'jose', 'aws-jwt-verify', 'passport-jwt', 'okta-jwt-verifier'].map(
  (name) => `${name}@next`,
)

/** What the least of middlewares cost, where tokens are remembered. */
export const yardstickNames = ['noop', 'floor']

/** What a variant (`NAME@variant`) adds to the title of a contender. */
const suffixes = { next: ', by `next(error)`', 0: ', `maxStaleSeconds: 0`', 1: ', `maxStaleSeconds: 1`' }

/** Title, versions and remarks of a contender, for the reports. */
async function describe(name) {
  const [file, variant] = name.split('@')
  try {
    const { title, packages, note } = await import(`./contenders/${file}.js`)
    const versions = packages.map((each) => `${each} ${versionOf(each)}`).join(', ')
    if (variant) return { name, title: `${title}${suffixes[variant]}` }
    return { name, title, note, versions }
  } catch (error) {
    return { name, title: name, note: `It cannot be loaded: ${error.message.split('\n')[0]}` }
  }
}

function versionOf(name) {
  const path = new URL(`./node_modules/${name}/package.json`, import.meta.url)
  return JSON.parse(readFileSync(path, 'utf8')).version
}

/** One after another: a CommonJS peer cannot require an ES module that another import is still loading. */
export async function describeAll(names) {
  const all = []
  for (const name of names) all.push(await describe(name))
  return all
}
