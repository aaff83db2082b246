/** The token of `Authorization: Bearer …`, for verifiers that bring no middleware. */
export function bearerTokenOf(req) {
  const [scheme, token] = req.headers.authorization?.split(' ') ?? []
  return scheme?.toLowerCase() === 'bearer' ? token : undefined
}
