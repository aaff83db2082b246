import { readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createTerminal } from '../../src/command/terminal.js'
import { cli, cliProcess } from './run-cli.js'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

test('--version tells the version of the package', async () => {
  expect(await cliProcess(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

test.each([[[]], [['issuer']], [['token']], [['inspect']], [['doctor']]])(
  '%j with --help tells how to call it',
  async (command) => {
    const { code, stdout, stderr } = await cli([...command, '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(`Usage: ${['require-auth', ...command].join(' ')} `)
  },
)

const see = (command = '') => `(see require-auth ${command}--help)`
const wrongCalls: readonly (readonly [string[], string])[] = [
  [[], `require-auth: a command is missing ${see()}`],
  [['verify\u001b[2J'], `require-auth: there is no command "verify\\u001b[2J" ${see()}`],
  [['issuer', '--prot', '1'], `require-auth issuer: there is no option --prot ${see('issuer ')}`],
  [['issuer', '--port'], `require-auth issuer: Option '--port <value>' argument missing ${see('issuer ')}`],
  [['issuer', 'now'], `require-auth issuer: there are more arguments than it takes ${see('issuer ')}`],
  [['inspect', 'a', 'b'], `require-auth inspect: there are more arguments than it takes ${see('inspect ')}`],
]

test.each(wrongCalls)('%j is a wrong call, told in one line', async (args, line) => {
  expect(await cli(args)).toEqual({ code: 2, stdout: '', stderr: `${line}\n` })
})

test('the process that runs the command ends with its exit code', async () => {
  const [help, wrong] = await Promise.all([
    cliProcess(['doctor', '--help']),
    cliProcess(['inspect', 'a', 'b']),
  ])
  expect(help).toEqual({ code: 0, stdout: expect.stringMatching(/^Usage: require-auth doctor /), stderr: '' })
  const line = `require-auth inspect: there are more arguments than it takes ${see('inspect ')}`
  expect(wrong).toEqual({ code: 2, stdout: '', stderr: `${line}\n` })
})

function paintOn(stdout: object, env: Record<string, string>): string {
  const { stdin, stderr } = process
  return createTerminal({ stdin, stderr, stdout: stdout as NodeJS.WriteStream, env } as never).paint(
    'red',
    'FAIL',
  )
}

test('colours are for terminals, and for those who did not decline them', () => {
  expect(paintOn({ isTTY: true }, {})).toBe('\u001b[31mFAIL\u001b[0m')
  expect(paintOn({ isTTY: true }, { NO_COLOR: '1' })).toBe('FAIL')
  expect(paintOn({ isTTY: true }, { TERM: 'dumb' })).toBe('FAIL')
  expect(paintOn({}, {})).toBe('FAIL')
})

test.each([
  ['y', true],
  ['YES', true],
  ['', false],
  ['no', false],
])('a question at a terminal that is answered by %j', async (answer, agreed) => {
  const [stdin, stderr] = [Object.assign(new PassThrough(), { isTTY: true }), new PassThrough()]
  const terminal = createTerminal({ stdin, stderr, stdout: process.stdout, env: {} } as never)
  const asked = terminal.confirm('Send it to a\u001b[2J?')
  stdin.write(`${answer}\n`)
  expect(await asked).toBe(agreed)
  stderr.end()
  expect(await text(stderr)).toContain('Send it to a\\u001b[2J? [y/N] ')
})
