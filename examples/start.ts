import { instructions, playgroundFrom } from './playground/from-environment.js'

/** Runs `npm start`: starts the local issuer, the Messages API and the playground, and prints curl lines to try them. */
async function start(): Promise<void> {
  const playground = await playgroundFrom(process.env)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, playground.close)
  whenOrphaned(playground.close)
  console.log(instructions(playground)) // last: a reader of this text may interrupt at once
}

/** npm runs scripts in a shell, which does not pass on the signal that ends npm: then only the parent is gone. */
function whenOrphaned(close: () => void): void {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    close()
  }, 250).unref()
}

start().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
