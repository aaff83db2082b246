import { instructions, playgroundFrom } from './playground/from-environment.js'

/** `npm start`: the local issuer, the Messages API and a page to try them, with ready-made curl lines. */
async function start(): Promise<void> {
  const playground = await playgroundFrom(process.env)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, playground.close)
  console.log(instructions(playground)) // last: whoever reads it may interrupt at once
}

start().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
