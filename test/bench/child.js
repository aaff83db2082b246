import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Starts `file` as a process of its own and resolves once it answers questions.
 *
 * @param {string} file Name of a file beside this one that calls `answer`.
 * @param {{ settings?: object, execArgv?: string[] }} [options] `settings` reach the child as its first argument.
 */
export async function startChild(file, { settings = {}, execArgv = [] } = {}) {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const stdio = ['ignore', 'ignore', 'pipe', 'ipc']
  const child = fork(path, [JSON.stringify(settings)], { execArgv, stdio })
  const questions = questionsTo(child)
  await questions.ask('ready')
  return { ask: questions.ask, stop: () => stop(child) }
}

/** Asks a process that calls `answer`, and whose standard error is piped. */
export function questionsTo(child) {
  const open = new Map()
  const stderr = lastOf(child.stderr)
  let count = 0
  child.on('message', ({ id, value, failure }) => {
    const { resolve, reject } = open.get(id)
    open.delete(id)
    if (failure) reject(new Error(failure))
    else resolve(value)
  })
  child.on('exit', (code) => {
    for (const { reject } of open.values())
      reject(new Error(`process ended (${code}): ${errorLineOf(stderr())}`))
  })
  const ask = (name, input) =>
    new Promise((resolve, reject) => {
      open.set(++count, { resolve, reject })
      child.send({ id: count, name, input }, (error) => error && reject(error))
    })
  return { ask }
}

/** The line of a stack trace that says what is wrong. */
function errorLineOf(text) {
  const lines = text.trim().split('\n')
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1)
}

function lastOf(stream) {
  let text = ''
  stream.on('data', (chunk) => {
    text = (text + chunk).slice(-2000)
  })
  return () => text
}

function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  return ended
}

/** The child's settings, as given to `startChild`. */
export function settingsOfChild() {
  return JSON.parse(process.argv[2] ?? '{}')
}

/** Answers the parent's questions with the handler of that name, and ends with the parent. */
export function answer(handlers) {
  const all = { ready: () => true, ...handlers }
  process.on('disconnect', () => process.exit())
  process.on('message', async ({ id, name, input }) => {
    try {
      process.send({ id, value: await all[name](input) })
    } catch (error) {
      process.send({ id, failure: String(error) })
    }
  })
}
