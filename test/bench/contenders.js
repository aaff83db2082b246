import { readFileSync } from 'node:fs'

/** Every contender, by the name of its file in `contenders/`; `bare` is the yardstick. */
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

/** Title, versions and remarks of a contender, for the reports. */
async function describe(name) {
  try {
    const { title, packages, note } = await import(`./contenders/${name}.js`)
    return { name, title, note, versions: packages.map((each) => `${each} ${versionOf(each)}`).join(', ') }
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
