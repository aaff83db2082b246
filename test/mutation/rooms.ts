const hostile = ['claims', 'kinds', 'answers', 'places', 'mounts', 'credentials', 'token-form', 'keys'].map(
  (name) => `hostile/${name}`,
)

/**
 * The folders of `src` whose mutants are counted, each with the tests that can kill them: files, and folders that end
 * in a slash. Those that find most in the shortest time come first, since the first failure ends the run of a mutant.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  jose: [
    'hostile/keys',
    'hostile/token-form',
    'hostile/key-bounds',
    'hostile/signature',
    'hostile/jose',
    'issuer/key-set',
    'introspection/introspection',
    'introspection/jwts',
    'providers/',
    'exact-details',
  ],
  token: [
    'exact-details',
    'hostile/claims',
    'hostile/kinds',
    'introspection/',
    'token/',
    'details',
    'exact-options',
    'options',
    'providers/',
    'proof/confirmation',
    'issuer/replaced-key',
    'issuer/addresses',
    'events',
    ...hostile,
    'command/doctor-mistakes',
  ],
  proof: ['proof/', 'options', 'details', 'hostile/places'],
  guard: [
    'options',
    'exact-options',
    'mistakes',
    'introspection/',
    'details',
    'events',
    'token/',
    'hostile/kinds',
    'hostile/places',
    'proof/',
    'foreign-auth',
    'exact-details',
    'shared-refusals',
    'issuer/addresses',
    'issuer/issuers',
    'resource-metadata',
    'cache-bound',
  ],
  refusal: [
    'exact-details',
    'details',
    'shared-refusals',
    'proof/refusals',
    'events',
    'require-scope',
    'step-up',
    'answering',
    'exact-options',
    'mistakes',
    'foreign-auth',
    'hostile/answers',
    'hostile/credentials',
    'hostile/claims',
    'resource-metadata',
    'issuer/operator',
    'issuer/outage',
    'issuer/discovery',
    'introspection/outage',
    'introspection/trouble',
    'proof/dpop',
    'options',
  ],
  issuer: [
    'options',
    'exact-options',
    'mistakes',
    'details',
    'exact-details',
    'shared-refusals',
    'events',
    'hostile/keys',
    'hostile/key-bounds',
    'hostile/answers',
    'introspection/introspection',
    'introspection/endpoint',
    'providers/',
    'token/',
    'issuer/',
  ],
  options: [
    'options',
    'exact-options',
    'mistakes',
    'proof/options',
    'details',
    'introspection/',
    'require-scope',
    'step-up',
  ],
  express: [
    'hostile/places',
    'proof/public-url',
    'proof/forwarded-certificate',
    'require-scope',
    'step-up',
    'resource-metadata',
    'claim-path',
    'options',
    'exact-options',
    'mistakes',
    'answering',
    'events',
    'details',
    'foreign-auth',
    'proof/request-url',
    'hostile/credentials',
    'hostile/mounts',
    'hostile/answers',
    'issuer/operator',
    'proof/nonce',
    'proof/mtls',
  ],
  redis: ['redis/exact-options', 'redis/redis', 'redis/denylist', 'options', 'redis/clients'],
}

/** Where a test file stands in the list of a room. */
export function rank(room: string, file: string): number {
  const name = file.replace(/^.*\/test\//, '').replace(/\.test\.ts$/, '')
  return testsOf(room).findIndex((each) => name.startsWith(each))
}

/** The patterns of the test files of a room. */
export function patterns(room: string): string[] {
  return testsOf(room).map((each) => `test/${each}${each.endsWith('/') ? '*' : ''}.test.ts`)
}

function testsOf(room: string): readonly string[] {
  const tests = rooms[room]
  if (tests === undefined) throw new Error(`no room is named ${room}: ${Object.keys(rooms).join(', ')}`)
  return tests
}
