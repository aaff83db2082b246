import { kit } from './kit.mjs'

await import('express-require-auth/redis')
await import('express-require-auth/global')
await kit()
