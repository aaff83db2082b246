import { readFileSync } from 'node:fs'
import { type RequireAuthOptions, requireClaim } from 'express-require-auth'

const tokenFile = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/**
 * Service accounts of a Kubernetes cluster, with projected tokens (`serviceAccountToken` with an `audience` of yours).
 * The API server gives its keys to those who have a token; its CA goes into
 * `NODE_EXTRA_CA_CERTS=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt`. Tested with tokens of the documented
 * form.
 * https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#serviceaccount-token-volume-projection
 * (2026-11-25)
 */
export const kubernetes = (
  ownToken = () => readFileSync(tokenFile, 'utf8'), // anew each time: it is replaced every hour
  send: typeof fetch = fetch,
): RequireAuthOptions => ({
  issuer: {
    // what `kubectl get --raw /.well-known/openid-configuration` says
    issuer: 'https://kubernetes.default.svc.cluster.local',
    jwksUri: 'https://kubernetes.default.svc/openid/v1/jwks',
  },
  audience: 'messages',
  fetch(url, init) {
    const headers = new Headers(init?.headers)
    headers.set('authorization', `Bearer ${ownToken()}`)
    return send(url, { ...init, headers })
  },
})

export const isWorker = requireClaim('sub', 'system:serviceaccount:default:worker')
