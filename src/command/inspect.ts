import type { JsonObject } from '../jose/compact-jws.js'
import { parseArguments } from './arguments.js'
import { CommandError, usageError } from './command-error.js'
import { claimMeaning, headerMeaning } from './meanings.js'
import { printable, printableJson, shown } from './printable.js'
import type { Terminal } from './terminal.js'
import { type TokenForm, tokenForm } from './token-form.js'

export const help = `Usage: require-auth inspect [TOKEN] [--json]

Decodes an access token and explains each member of its header and each claim. The token is the argument, or is
piped in on stdin, which keeps it out of the shell's history. Nothing is verified and nothing is sent anywhere.

Options:
  --json   print header, claims and meanings as JSON`

type Jwt = Extract<TokenForm, { form: 'jwt' }>

const OPAQUE = 'an opaque token: it says nothing by itself, only its issuer knows what it stands for'
const WARNING = 'UNVERIFIED: anyone can have written this. No signature was checked.'

export async function run(args: string[], terminal: Terminal): Promise<undefined> {
  const { values, positionals } = parseArguments(args, {
    options: { json: { type: 'boolean' } },
    positionals: 1,
  })
  const token = positionals[0] ?? (await terminal.read('the token')).trim()
  if (token === '') throw usageError('the token is missing')
  const read = tokenForm(token)
  if (read.form === 'malformed') throw new CommandError(`this is no well-formed token: ${read.fault}`)
  terminal.print(values.json ? printableJson(asJson(read)) : asText(read, terminal))
}

type Meanings = Readonly<Record<string, string>>

function meaningsOf(members: JsonObject, meaning: (name: string, members: JsonObject) => string): Meanings {
  return Object.fromEntries(Object.keys(members).map((name) => [name, meaning(name, members)]))
}

function asJson(read: Exclude<TokenForm, { form: 'malformed' }>) {
  if (read.form === 'opaque') return { verified: false, form: 'opaque', meaning: OPAQUE }
  const { form, header, claims } = read
  const meanings = {
    header: meaningsOf(header, headerMeaning),
    claims: meaningsOf(claims, claimMeaning),
  }
  return { verified: false, form, header, claims, meanings }
}

function asText(read: Jwt | { form: 'opaque' }, terminal: Terminal): string {
  const warning = terminal.paint('yellow', WARNING)
  if (read.form === 'opaque') return `${warning}\n\n${OPAQUE}`
  const { header, claims } = read
  return [
    warning,
    section('Header', header, meaningsOf(header, headerMeaning), terminal),
    section('Claims', claims, meaningsOf(claims, claimMeaning), terminal),
  ].join('\n\n')
}

function section(title: string, members: JsonObject, meanings: Meanings, { paint }: Terminal): string {
  const names = Object.keys(members)
  const width = Math.max(0, ...names.map((name) => printable(name).length))
  const lines = names.map((name) => {
    const label = paint('bold', printable(name).padEnd(width))
    return `  ${label}  ${shown(members[name])}\n  ${' '.repeat(width)}  ${paint('grey', printable(String(meanings[name])))}`
  })
  return [paint('bold', title), ...(names.length > 0 ? lines : ['  (empty)'])].join('\n')
}
