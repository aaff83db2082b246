import type { Auth } from './auth.js'

/**
 * Declares `req.auth` for every file of a project that imports this module once:
 * `import 'express-require-auth/global'`. Optional, since other packages claim the name too; `getAuth(req)` is typed
 * without it.
 */
declare global {
  namespace Express {
    interface Request {
      /** The verified access token, set by `requireAuth`. */
      auth?: Auth
    }
  }
}
