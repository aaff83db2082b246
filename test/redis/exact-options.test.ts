import {
  createRedisReplayStore,
  type RedisDenylistOptions,
  type RedisReplayStoreOptions,
  redisDenylist,
} from 'express-require-auth/redis'
import { expect, test } from 'vitest'

const client = async () => 'OK'

test.each<[unknown, string]>([
  [5, 'createRedisReplayStore must be an object, got 5'],
  [{ timeout: 5 }, 'createRedisReplayStore has no option "timeout"; it knows prefix, timeoutSeconds'],
  [{ prefix: 1 }, 'createRedisReplayStore.prefix must be a string, got 1'],
  [
    { timeoutSeconds: 0 },
    'createRedisReplayStore.timeoutSeconds must be a number of seconds above 0 and up to 60, got 0',
  ],
  [
    { timeoutSeconds: -1 },
    'createRedisReplayStore.timeoutSeconds must be a number of seconds above 0 and up to 60, got -1',
  ],
  [
    { timeoutSeconds: '1' },
    'createRedisReplayStore.timeoutSeconds must be a number of seconds above 0 and up to 60, got "1"',
  ],
  [
    { timeoutSeconds: Number.NaN },
    'createRedisReplayStore.timeoutSeconds must be a number of seconds above 0 and up to 60, got NaN',
  ],
  [
    { timeoutSeconds: 1000 },
    'createRedisReplayStore.timeoutSeconds must be a number of seconds above 0 and up to 60, got 1000 (in seconds: did you mean 1?)',
  ],
])('the replay store refuses %o in these words', (options, words) => {
  expect(() => createRedisReplayStore(client, options as RedisReplayStoreOptions)).toThrow(
    new TypeError(words),
  )
})

test.each<[unknown, string]>([
  [5, 'redisDenylist must be an object, got 5'],
  [
    { maxStale: 1 },
    'redisDenylist has no option "maxStale"; it knows prefix, maxStaleSeconds, timeoutSeconds, keepSeconds',
  ],
  [
    { prefix: undefined, timeout: 1 },
    'redisDenylist has no option "timeout"; it knows prefix, maxStaleSeconds, timeoutSeconds, keepSeconds',
  ],
  [{ prefix: 5 }, 'redisDenylist.prefix must be a string, got 5'],
  [
    { maxStaleSeconds: -1 },
    'redisDenylist.maxStaleSeconds must be a number of seconds from 0 up to 300, got -1',
  ],
  [
    { maxStaleSeconds: 301 },
    'redisDenylist.maxStaleSeconds must be a number of seconds from 0 up to 300, got 301 (in seconds: did you mean 0.301?)',
  ],
  [
    { timeoutSeconds: 0 },
    'redisDenylist.timeoutSeconds must be a number of seconds above 0 and up to 60, got 0',
  ],
  [
    { keepSeconds: 0 },
    'redisDenylist.keepSeconds must be a number of seconds above 0 and up to 31622400, got 0',
  ],
])('the denylist refuses %o in these words', (options, words) => {
  expect(() => redisDenylist(client, options as RedisDenylistOptions)).toThrow(new TypeError(words))
})

test.each<[RedisReplayStoreOptions & RedisDenylistOptions]>([
  [{ prefix: '' }],
  [{ timeoutSeconds: 0.001 }],
  [{ timeoutSeconds: 60 }],
])('both stores take %o', (options) => {
  expect(() => createRedisReplayStore(client, options)).not.toThrow()
  expect(() => redisDenylist(client, options)).not.toThrow()
})

const { revokeToken, revokeSubject, revokeSession, revokeClient } = redisDenylist(client)
const time = 'must be a time in epoch seconds'

test.each<[string, () => Promise<void>, string]>([
  ['a token without a jti', () => revokeToken(''), 'jti must be a non-empty string, got ""'],
  ['a subject without a name', () => revokeSubject(' '), 'subject must be a non-empty string, got " "'],
  [
    'a log-in without a sid',
    () => revokeSession(undefined as never),
    'sid must be a non-empty string, got undefined',
  ],
  ['a client without an id', () => revokeClient(''), 'clientId must be a non-empty string, got ""'],
  [
    'a token that ends in milliseconds',
    () => revokeToken('a', 1_700_000_000_000),
    `expiresAt ${time}, got 1700000000000`,
  ],
  [
    'a subject until a time in milliseconds',
    () => revokeSubject('a', 1_700_000_000_000),
    `issuedBefore ${time}, got 1700000000000`,
  ],
  [
    'a client until a time in milliseconds',
    () => revokeClient('a', 1_700_000_000_000),
    `issuedBefore ${time}, got 1700000000000`,
  ],
  ['the first time too late', () => revokeSubject('a', 1e11), `issuedBefore ${time}, got 100000000000`],
  ['the time 0', () => revokeSubject('a', 0), `issuedBefore ${time}, got 0`],
  ['a time below 0', () => revokeSubject('a', -1), `issuedBefore ${time}, got -1`],
  ['a time that is NaN', () => revokeSubject('a', Number.NaN), `issuedBefore ${time}, got NaN`],
  [
    'a time in text',
    () => revokeSubject('a', '1700000000' as never),
    `issuedBefore ${time}, got "1700000000"`,
  ],
])('%s cannot be revoked, in these words', async (_, revoke, words) => {
  await expect(revoke()).rejects.toThrow(new TypeError(words))
})

test.each([[1], [99_999_999_999]])('a subject can be revoked until the time %d', async (issuedBefore) => {
  await expect(revokeSubject('a', issuedBefore)).resolves.toBeUndefined()
})
