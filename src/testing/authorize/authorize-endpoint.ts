import type { Request, RequestHandler, Response } from 'express'
import { accessDenied, type FindTarget } from '../grants/target.js'
import { type Session, userScopes } from '../grants/user-grant.js'
import { createExpiringStore, type ExpiringStore } from '../memory/expiring-store.js'
import { randomText } from '../memory/random-text.js'
import { invalidRequest, isOAuthError, oauthError } from '../requests/oauth-error.js'
import { bodyParameters, readParameters, requireParameter } from '../requests/parameters.js'
import type { Tenant } from '../tenant/tenant.js'
import type { AuthorizationCodes } from './authorization-codes.js'
import { type AuthorizationRequest, createRequestReader, findDestination } from './authorization-request.js'
import { answerAuthorization, type Destination } from './authorization-response.js'
import { sendLoginPage } from './login-page.js'
import type { Sessions } from './sessions.js'

interface AuthorizeOptions {
  tenant: Tenant
  codes: AuthorizationCodes
  sessions: Sessions
  findTarget: FindTarget
  issuerOf(req: Request): string
}

function answerError(res: Response, destination: Destination, error: unknown): void {
  if (!isOAuthError(error)) throw error
  answerAuthorization(res, destination, { error: error.error, error_description: error.message })
}

function isRecent({ authTime }: Session, { prompts, maxAgeSeconds }: AuthorizationRequest): boolean {
  const mustAsk = prompts.includes('login') || prompts.includes('select_account')
  return !mustAsk && Date.now() / 1000 - authTime <= maxAgeSeconds
}

function createCodeIssuer({ tenant, codes, findTarget }: AuthorizeOptions) {
  return (request: AuthorizationRequest, session: Session): string => {
    const { client, audience, issuer, organization, nonce, codeChallenge, destination } = request
    const user = tenant.users.get(session.userId)
    if (!user) throw invalidRequest('Unknown user')
    if (organization !== undefined && !user.organizations?.includes(organization)) {
      throw accessDenied(`user ${user.userId} is not part of the ${organization} organization`)
    }
    const target = audience === undefined ? undefined : findTarget({ client, audience, issuer })
    const scopes = userScopes({ client, user, target, requested: request.scope })
    const grant = { client, user, session, audience, scopes, organization, nonce }
    return codes.issue({ grant, redirectUri: destination.redirectUri, codeChallenge })
  }
}

type Logins = ExpiringStore<AuthorizationRequest>
type Complete = (res: Response, request: AuthorizationRequest, session: Session) => void

function createCompletion(options: AuthorizeOptions): Complete {
  const issueCode = createCodeIssuer(options)
  return (res, request, session) =>
    answerAuthorization(res, request.destination, { code: issueCode(request, session) })
}

function createAuthorize(options: AuthorizeOptions, logins: Logins, complete: Complete): RequestHandler {
  const { tenant, sessions, issuerOf } = options
  const readRequest = createRequestReader(options)
  const askUser = (res: Response, request: AuthorizationRequest) => {
    if (request.prompts.includes('none')) {
      throw oauthError({ status: 400, error: 'login_required', description: 'Login required' })
    }
    const login = randomText()
    logins.set(login, request)
    sendLoginPage(res, { request, login, users: tenant.users.values() })
  }
  return function authorizeEndpoint(req, res) {
    const parameters = readParameters(req.query)
    const { client, destination } = findDestination(parameters, tenant)
    try {
      const request = readRequest(parameters, { client, destination, issuer: issuerOf(req) })
      const session = sessions.find(req)
      if (session && isRecent(session, request)) complete(res, request, session)
      else askUser(res, request)
    } catch (error) {
      answerError(res, destination, error)
    }
  }
}

function createLogin(options: AuthorizeOptions, logins: Logins, complete: Complete): RequestHandler {
  const { tenant, sessions } = options
  return function loginEndpoint(req, res) {
    const parameters = bodyParameters(req)
    const id = requireParameter(parameters, 'login')
    const userId = requireParameter(parameters, 'user')
    const request = logins.get(id)
    if (!request) throw invalidRequest('The log-in is over: begin anew')
    if (!tenant.users.has(userId)) throw invalidRequest('Unknown user')
    logins.delete(id)
    try {
      complete(res, request, sessions.start(req, res, userId))
    } catch (error) {
      answerError(res, request.destination, error)
    }
  }
}

/** Creates two handlers: `authorize` begins a log-in, `login` receives the log-in page's form. @see RFC 6749 §4.1.1 */
export function createAuthorizeEndpoint(options: AuthorizeOptions) {
  const logins: Logins = createExpiringStore({ lifetimeSeconds: 600, maxEntries: 1000 })
  const complete = createCompletion(options)
  return {
    authorize: createAuthorize(options, logins, complete),
    login: createLogin(options, logins, complete),
  }
}
