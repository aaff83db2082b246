import { instructions, playgroundFrom } from './playground/from-environment.js'

/** Runs `npm start`: starts the local issuer, the Messages API and the playground, and prints curl lines to try them. */
async function start(): Promise<void> {
  const playground = await playgroundFrom(process.env)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, playground.close)
  console.log(instructions(playground)) // last: a reader of this text may interrupt at once
}

start().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
