import { spawn } from 'node:child_process'

const TIMEOUT_MS = 120_000

/**
 * Runs a command with what it prints held back.
 *
 * @throws Error whose message is what was printed, when the command fails or takes too long.
 */
export function run(command, { cwd, args = [], path = process.env.PATH }) {
  const [file, ...words] = [...command.split(' '), ...args]
  const env = { ...process.env, PATH: path, NODE_ENV: 'test', FORCE_COLOR: '0', NO_COLOR: '1' }
  const child = spawn(file, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS })
  let output = `$ ${[file, ...words].join(' ')}\n`
  const note = (chunk) => {
    output += chunk
  }
  child.stdout.on('data', note)
  child.stderr.on('data', note)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${output}exit code ${code}`)),
    )
  })
}
