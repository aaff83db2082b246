import { type RequireAuth, requireAuth } from '../express/require-auth.js'
import { issuerUrl } from '../issuer/issuer-name.js'
import { parseArguments, required } from './arguments.js'
import { usageError } from './command-error.js'
import { checkAgreement } from './doctor/agreement.js'
import { asText, countFailed, type Section } from './doctor/finding.js'
import { examineIssuer } from './doctor/issuer-checks.js'
import { examineToken } from './doctor/token-checks.js'
import { printableJson } from './printable.js'
import type { Terminal } from './terminal.js'
import { count } from './token-form.js'

export const help = `Usage: require-auth doctor --issuer I [--issuer J] --audience A [--token T] [--json]

Checks a live set-up step by step: is the issuer reachable, does its metadata name itself, are its keys usable and
strong, do the clocks agree. Two issuers, such as a canonical and a custom domain, must be one tenant's. A token is
held to every rule one by one, and then to requireAuth({ issuer, audience }) itself.

Options:
  --issuer I     issuer URL, or domain: login.northwind.com means https://login.northwind.com/
  --audience A   identifier of the API
  --token T      an access token; - reads it from stdin, which keeps it out of the shell's history
  --json         print the findings as JSON

Each line begins with ok, FAIL or note. Exit code 1 when anything fails.`

interface Setup {
  issuers: string[]
  audience: string
  auth: RequireAuth
}

export async function run(args: string[], terminal: Terminal): Promise<number> {
  const { values } = parseArguments(args, {
    options: {
      issuer: { type: 'string', multiple: true },
      audience: { type: 'string' },
      token: { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  const setup = createSetup(values.issuer ?? [], required(values.audience, '--audience'))
  const token = await readToken(values.token, terminal)
  const sections = await examine(setup, token)
  const failed = countFailed(sections)
  terminal.print(
    values.json ? printableJson({ ok: failed === 0, sections }) : report(sections, failed, terminal),
  )
  return failed === 0 ? 0 : 1
}

function createSetup(settings: string[], audience: string): Setup {
  required(settings[0], '--issuer')
  try {
    const issuers = settings.map((setting) => issuerUrl(setting))
    return { issuers, audience, auth: requireAuth({ issuer: issuers, audience }) }
  } catch (error) {
    if (error instanceof TypeError) throw usageError(`--${error.message}`)
    throw error
  }
}

async function readToken(setting: string | undefined, terminal: Terminal): Promise<string | undefined> {
  if (setting === undefined) return undefined
  const token = setting === '-' ? (await terminal.read('the token')).trim() : setting
  if (token === '') throw usageError('the token is empty')
  return token
}

async function examine({ issuers, audience, auth }: Setup, token: string | undefined): Promise<Section[]> {
  const reports = await Promise.all(issuers.map(examineIssuer))
  const sections = reports.map(({ issuer, findings }) => ({ title: issuer, findings }))
  const domains = checkAgreement(reports)
  if (token === undefined) return [...sections, ...domains]
  const findings = await examineToken({ token, audience, reports, verify: auth.verify })
  return [...sections, ...domains, { title: 'token', findings }]
}

function report(sections: readonly Section[], failed: number, terminal: Terminal): string {
  const verdict =
    failed === 0
      ? terminal.paint('green', 'All is well.')
      : terminal.paint('red', `${count(failed, 'check')} failed.`)
  return `${asText(sections, terminal)}\n\n${verdict}`
}
