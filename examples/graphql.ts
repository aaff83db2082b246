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

/** Resolvers get the verified token as their context: each field asks for the scope it needs. */
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

/** A GraphQL answer is 200 with data for the other fields, so the refusal is one of its errors. */
function needScope({ auth }: Context, scope: string): void {
  if (auth.scopes.includes(scope)) return
  throw new GraphQLError('The access token lacks a required scope', {
    extensions: { code: 'insufficient_scope', scope },
  })
}

export function createGraphqlApi(options: RequireAuthOptions): Express {
  const app = express()
  app.use('/graphql', requireAuth(options)) // without a token there is no GraphQL at all: 401 with a challenge
  app.all(
    '/graphql',
    createHandler({ schema, rootValue, context: ({ raw }) => ({ auth: getAuth(raw as express.Request) }) }),
  )
  app.use(authErrorHandler())
  return app
}
