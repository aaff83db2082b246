import type { Auth } from './index.js'

declare global {
  namespace Express {
    interface Request {
      /** What the access token says, set by `requireAuth`. */
      auth?: Auth
    }
  }
}
