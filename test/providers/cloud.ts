import * as cognito from '../../examples/providers/cognito.js'
import * as firebase from '../../examples/providers/firebase.js'
import * as github from '../../examples/providers/github-actions.js'
import * as google from '../../examples/providers/google-service.js'
import * as kubernetes from '../../examples/providers/kubernetes.js'
import { type Documented, discovered } from './documented.js'

const pool = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Northwind'
const actions = 'https://token.actions.githubusercontent.com'
const firebaseIssuer = 'https://securetoken.google.com/northwind-prod'

/** Tokens that a platform gives to its users and workloads. */
export const cloud: Documented[] = [
  {
    name: 'Amazon Cognito',
    options: cognito.cognito,
    check: [cognito.mayRead, cognito.ofEditors],
    ...discovered(pool, `${pool}/.well-known/jwks.json`),
    header: { typ: undefined },
    claims: {
      iss: pool,
      client_id: '1example23456789',
      sub: 'ada',
      token_use: 'access',
      scope: 'openid messages/read',
      'cognito:groups': ['editors'],
      auth_time: 1795600000,
      origin_jti: 'o',
      event_id: 'e',
      jti: 'one',
      version: 2,
      username: 'ada',
    },
    otherAudience: { client_id: 'another' },
    withoutPermission: { 'cognito:groups': ['viewers'] },
    otherKind: { claims: { token_use: 'id' } },
  },
  {
    name: 'Google Cloud, service to service',
    options: google.google,
    check: google.isWorker,
    ...discovered('https://accounts.google.com', 'https://www.googleapis.com/oauth2/v3/certs'),
    claims: {
      iss: 'https://accounts.google.com',
      aud: 'https://messages-abc123-ew.a.run.app',
      azp: '100000000000000000001',
      sub: '100000000000000000001',
      email: 'worker@northwind.iam.gserviceaccount.com',
      email_verified: true,
    },
    otherAudience: { aud: 'https://invoices-abc123-ew.a.run.app' },
    withoutPermission: { email: 'another@thief.iam.gserviceaccount.com' },
    otherKind: { claims: { at_hash: 'h' } },
  },
  {
    name: 'Firebase',
    options: firebase.firebase,
    check: firebase.isEditor,
    ...discovered(
      firebaseIssuer,
      'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    ),
    claims: {
      iss: firebaseIssuer,
      aud: 'northwind-prod',
      auth_time: 1795600000,
      user_id: 'ada',
      sub: 'ada',
      role: 'editor',
      firebase: { identities: {}, sign_in_provider: 'password' },
    },
    otherAudience: { aud: 'another-project' },
    withoutPermission: { role: undefined },
  },
  {
    name: 'GitHub Actions',
    options: github.githubActions,
    check: github.ofOurs,
    ...discovered(actions, `${actions}/.well-known/jwks`),
    header: { x5t: 'x' },
    claims: {
      iss: actions,
      aud: 'https://messages.northwind.com',
      sub: 'repo:northwind/messages:ref:refs/heads/main',
      jti: 'one',
      ref: 'refs/heads/main',
      repository: 'northwind/messages',
      repository_owner: 'northwind',
      job_workflow_ref: 'northwind/messages/.github/workflows/deploy.yml@refs/heads/main',
      runner_environment: 'github-hosted',
    },
    otherAudience: { aud: 'https://github.com/northwind' },
    withoutPermission: { repository: 'thief/messages' },
  },
  {
    name: 'Kubernetes service accounts',
    options: kubernetes.kubernetes(() => 'own-token'),
    check: kubernetes.isWorker,
    jwksUri: 'https://kubernetes.default.svc/openid/v1/jwks',
    header: { typ: undefined },
    claims: {
      iss: 'https://kubernetes.default.svc.cluster.local',
      aud: ['messages'],
      sub: 'system:serviceaccount:default:worker',
      jti: 'one',
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'worker', uid: 'u' } },
    },
    otherAudience: { aud: ['https://kubernetes.default.svc.cluster.local'] },
    withoutPermission: { sub: 'system:serviceaccount:default:other' },
  },
]
