import express, { type Express } from 'express'
import {
  type Auth,
  authErrorHandler,
  getAuth,
  type RequireAuthOptions,
  requireAuth,
} from 'express-require-auth'
import { buildSchema, GraphQLError } from 'graphql'
import { createHandler } from 'graphql-http/lib/use/express'

const schema = buildSchema(`
  type Query { me: String, messages: [String!] }
  type Mutation { post(text: String!): String }
`)

const messages = ['Welcome']

/** Resolvers receive the verified token as their context, and each field checks the scope it needs. */
const rootValue = {
  me: (_args: unknown, { auth }: Context) => auth.subject,
  messages: (_args: unknown, context: Context) => {
    needScope(context, 'read:messages')
    return messages
  },
  post: ({ text }: { text: string }, context: Context) => {
    needScope(context, 'write:messages')
    messages.push(text)
    return text
  },
}

type Context = { auth: Auth }

/** A refused field is one of the errors in a 200 answer: the other fields still bring their data. */
function needScope({ auth }: Context, scope: string): void {
  if (auth.scopes.includes(scope)) return
  throw new GraphQLError('The access token lacks a required scope', {
    extensions: { code: 'insufficient_scope', scope },
  })
}

export function createGraphqlApi(options: RequireAuthOptions): Express {
  const app = express()
  app.use('/graphql', requireAuth(options)) // without a token: 401 with a challenge, and no GraphQL
  app.all(
    '/graphql',
    createHandler({ schema, rootValue, context: ({ raw }) => ({ auth: getAuth(raw as express.Request) }) }),
  )
  app.use(authErrorHandler())
  return app
}
