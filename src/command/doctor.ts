import { examineApi } from './api/examine-api.js'
import { confirmApi, readApi } from './api/options.js'
import { parseArguments } from './arguments.js'
import { usageError } from './command-error.js'
import { checkAgreement } from './doctor/agreement.js'
import { asText, countFailed, type Section } from './doctor/finding.js'
import { examineIssuer } from './doctor/issuer-checks.js'
import { readSetup, SETUP_FLAGS, type SetupValues } from './doctor/options.js'
import type { Setup } from './doctor/setup.js'
import { examineToken } from './doctor/token-checks.js'
import { printableJson } from './printable.js'
import { createMask, createTokenMask, maskedJson } from './secrets.js'
import type { Terminal } from './terminal.js'
import { count } from './token-form.js'
import { packageVersion } from './version.js'

export { help } from './doctor/help.js'

const FLAGS = {
  ...SETUP_FLAGS,
  token: { type: 'string' },
  'expired-token': { type: 'string' },
  api: { type: 'string' },
  method: { type: 'string' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

export async function run(args: string[], terminal: Terminal): Promise<number> {
  const { values } = parseArguments(args, { options: FLAGS })
  const { token: setting, 'expired-token': expired, api, method, yes, json, ...setupValues } = values
  const secret = process.env.REQUIRE_AUTH_CLIENT_SECRET
  const isApiOnly = api !== undefined && Object.keys(setupValues).length === 0
  const setup = isApiOnly ? undefined : await readSetup(setupValues as SetupValues, secret)
  const exam = readApi({ url: api, method, expired })
  const token = await readToken(setting, terminal)
  if (exam) await confirmApi({ ...exam, token }, yes ?? false, terminal)
  const sections = [
    ...(setup ? await examine(setup, token) : []),
    ...(exam ? [await examineApi({ ...exam, token })] : []),
  ]
  // a server may answer with what was sent to it
  const masks = [createMask(secretOf(setup) ?? secret), createTokenMask(token, expired)]
  const discreet = masks.reduce<unknown>((masked, mask) => maskedJson(masked, mask), sections)
  return print(discreet as Section[], json ?? false, terminal)
}

function secretOf(setup: Setup | undefined): string | undefined {
  const credential = setup?.rules.introspection?.credential
  return credential && 'secret' in credential ? credential.secret : undefined
}

function print(sections: readonly Section[], json: boolean, terminal: Terminal): number {
  const failed = countFailed(sections)
  const about = { 'express-require-auth': packageVersion(), node: process.version }
  terminal.print(
    json ? printableJson({ about, ok: failed === 0, sections }) : report(sections, failed, terminal),
  )
  return failed === 0 ? 0 : 1
}

async function readToken(setting: string | undefined, terminal: Terminal): Promise<string | undefined> {
  if (setting === undefined) return undefined
  const token = setting === '-' ? (await terminal.read('the token')).trim() : setting
  if (token === '') throw usageError('the token is empty')
  return token
}

async function examine(setup: Setup, token: string | undefined): Promise<Section[]> {
  const reports = await Promise.all(setup.targets.map((target) => examineIssuer(target, setup.rules)))
  const sections = reports.map(({ issuer, findings }) => ({ title: issuer, findings }))
  const domains = checkAgreement(reports)
  if (token === undefined) return [...sections, ...domains]
  const findings = await examineToken({ token, setup, reports })
  return [...sections, ...domains, { title: 'token', findings }]
}

function report(sections: readonly Section[], failed: number, terminal: Terminal): string {
  const verdict =
    failed === 0
      ? terminal.paint('green', 'All is well.')
      : terminal.paint('red', `${count(failed, 'check')} failed.`)
  return `${asText(sections, terminal)}\n\n${verdict}`
}
