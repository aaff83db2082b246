import jwksRsa from 'jwks-rsa'
import passport from 'passport'
import { ExtractJwt, Strategy } from 'passport-jwt'

export const title = 'passport-jwt + jwks-rsa'
export const packages = ['passport', 'passport-jwt', 'jwks-rsa']

/** As in the Passport example of the jwks-rsa documentation; the user is the claims themselves. */
export function protect({ issuer, jwksUri, audience }, variant) {
  const options = {
    secretOrKeyProvider: jwksRsa.passportJwtSecret({
      cache: true,
      rateLimit: true,
      jwksRequestsPerMinute: 5,
      jwksUri,
    }),
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
    audience,
    issuer,
    algorithms: ['RS256'],
  }
  passport.use(new Strategy(options, (claims, done) => done(null, claims)))
  return passport.authenticate('jwt', { session: false, failWithError: variant === 'next' })
}
