import { type RequireAuthOptions, requireClaim, requireScopes } from 'express-require-auth'

/**
 * Amazon Cognito. Access tokens have no `aud`: the app clients that may call are named instead. With resource binding
 * on there is one: `audience: 'https://messages.northwind.com'`. ID tokens are refused by `token_use`. Tested with
 * tokens of the documented form.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 * (2026-11-25)
 */
export const cognito: RequireAuthOptions = {
  issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Northwind',
  audience: { claim: 'client_id', values: ['1example23456789'] },
}

/** The scope of a resource server: its identifier, a slash, the name. */
export const mayRead = requireScopes('messages/read')

export const ofEditors = requireClaim('cognito:groups', 'editors')
