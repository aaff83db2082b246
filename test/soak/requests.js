/** Answers that several phases expect. */
export const OK = '200'
export const UNAVAILABLE = '503 keys_unavailable'
export const UNKNOWN_KEY = '401 key_unknown'

/** Requests to the app `to`, each of which may be answered with one of `expected`. */
export const bearer = (to, tokens, ...expected) =>
  tokens.map((token) => ({ to, headers: { authorization: `Bearer ${token}` }, expected }))

/** What goes on in every phase: tokens seen before and new ones, all of them good. */
export async function traffic({ issuer }) {
  return bearer('steady', [...issuer.hot(8), ...(await issuer.fresh(4))], OK)
}
