import { afterAll } from 'vitest'
import { closeSharedIssuer } from './shared-issuer.js'

afterAll(closeSharedIssuer)
