import { afterAll, vi } from 'vitest'
import { closeSharedIssuer } from './shared-issuer.js'

const environment = { ...process.env }

// The next file may run in this process: it finds it as this one did.
afterAll(async () => {
  vi.useRealTimers()
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
  Object.assign(process.env, environment)
  await closeSharedIssuer()
})
