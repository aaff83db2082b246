import type express from 'express'
import type { AuthEvent, TokenPlace } from 'express-require-auth'
import supertest from 'supertest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { craft, craftKey, goodClaims, trusting } from '../craft.js'
import { frameworks } from '../frameworks.js'
import { answerOf, malformedCredentials, missing, repeatedCredentials } from '../refused.js'
import { messages, mount } from '../setup.js'

const { privateKey: key, jwk } = craftKey()
const token = craft({ key })
const options = { issuer: trusting(jwk), audience: messages }

describe.each(frameworks)('%s', (_, framework) => {
  function at(...tokenFrom: TokenPlace[]) {
    const before = [framework.urlencoded({ extended: true }), framework.json(), framework.text()]
    return supertest(mount({ ...options, tokenFrom }, { framework, before }).app)
  }
  const form = (...pairs: string[]) => pairs.join('&')

  test('a token in a form body is accepted where the body is a place (RFC 6750 §2.2)', async () => {
    const response = await at('header', 'body').post('/').send(`access_token=${token}`)
    expect([response.status, response.headers['cache-control']]).toEqual([200, undefined])
  })

  test('a token in the query is accepted where the query is a place, and the answer stays private (RFC 6750 §2.3)', async () => {
    const response = await at('query').get(`/?access_token=${token}`)
    expect([response.status, response.headers['cache-control']]).toEqual([200, 'private'])
  })

  test('an answer to a token in the header is not made private', async () => {
    const response = await at('header', 'query').get('/').auth(token, { type: 'bearer' })
    expect([response.status, response.headers['cache-control']]).toEqual([200, undefined])
  })

  test.each(['get', 'head', 'options'] as const)(
    'a %s request with a form body has no token (RFC 6750 §2.2)',
    async (method) => {
      const request = at('body')[method]('/')
      const response = await request.type('form').send(`access_token=${token}`)
      expect([response.status, response.headers['www-authenticate']]).toEqual([401, missing.challenge])
    },
  )

  test.each([
    ['a JSON body', 'application/json', JSON.stringify({ access_token: token })],
    ['a text body', 'text/plain', `access_token=${token}`],
    ['a multipart body', 'multipart/form-data; boundary=x', `access_token=${token}`],
    ['an unknown body', 'application/octet-stream', `access_token=${token}`],
  ])('%s has no token (RFC 6750 §2.2)', async (_, type, body) => {
    expect(answerOf(await at('body').post('/').type(type).send(body))).toEqual(missing)
  })

  test('neither body nor query is read unless it is a place', async () => {
    const response = await at('header').post(`/?access_token=${token}`).send(`access_token=${token}`)
    expect(answerOf(response)).toEqual(missing)
  })

  test('the header is not read unless it is a place', async () => {
    expect(answerOf(await at('query').get('/').auth(token, { type: 'bearer' }))).toEqual(missing)
  })

  test.each([
    ['header and body', '/', true, `access_token=${token}`],
    ['header and query', `/?access_token=${token}`, true, 'a=b'],
    ['body and query', `/?access_token=${token}`, false, `access_token=${token}`],
    ['all three', `/?access_token=${token}`, true, `access_token=${token}`],
    ['header and a bad token in the query', '/?access_token=bad', true, 'a=b'],
  ])('a token in %s at once is refused (RFC 6750 §2)', async (_, path, inHeader, body) => {
    const request = at('header', 'body', 'query').post(path).type('form')
    if (inHeader) request.auth(token, { type: 'bearer' })
    expect(answerOf(await request.send(body))).toEqual(repeatedCredentials)
  })

  test.each([
    ['the parameter twice', form(`access_token=${token}`, `access_token=${token}`)],
    ['the parameter twice with different values', form(`access_token=${token}`, 'access_token=x')],
    ['a list', form(`access_token[]=${token}`)],
    ['a list with positions', form(`access_token[0]=${token}`, 'access_token[1]=x')],
  ])('%s in a form is refused as repeated', async (_, body) => {
    expect(answerOf(await at('body').post('/').type('form').send(body))).toEqual(repeatedCredentials)
  })

  test.each([
    ['an object', form(`access_token[a]=${token}`)],
    ['nothing', form('access_token=')],
    ['the name alone', form('access_token')],
    ['a space behind the token', form(`access_token=${token}%20`)],
    ['a second token behind a comma', form(`access_token=${token},${token}`)],
    ['a NUL', form(`access_token=${token}%00`)],
    ['text beyond ASCII', form('access_token=%C3%A9')],
  ])('%s as the parameter of a form is malformed', async (_, body) => {
    expect(answerOf(await at('body').post('/').type('form').send(body))).toEqual(malformedCredentials)
  })

  test('the parameter twice in the query is refused', async () => {
    const response = await at('query').get(`/?access_token=${token}&access_token=${token}`)
    expect(answerOf(response)).toEqual(repeatedCredentials)
  })

  test('an empty parameter in the query is malformed, also beside a token in the header', async () => {
    expect(answerOf(await at('query').get('/?access_token='))).toEqual(malformedCredentials)
    const response = await at('header', 'query').get('/?access_token=').auth(token, { type: 'bearer' })
    expect(answerOf(response)).toEqual(malformedCredentials)
  })

  test.each([
    ['alone', 'Bearer'],
    ['and a space, as adapters may leave it', 'Bearer '],
    ['and an equals sign', `Bearer=${token}`],
  ])('a scheme %s is malformed beside a token in the query', async (_, authorization) => {
    const before: express.RequestHandler = (req, _res, next) =>
      next(void Object.assign(req.headers, { authorization }))
    const { app } = mount({ ...options, tokenFrom: ['header', 'query'] }, { framework, before: [before] })
    expect(answerOf(await supertest(app).get(`/?access_token=${token}`))).toEqual(malformedCredentials)
  })

  test('a request whose query was not parsed has no token there', async () => {
    const before: express.RequestHandler = (req, _res, next) =>
      next(void Object.defineProperty(req, 'query', { value: undefined }))
    const { app, get } = mount(
      { ...options, tokenFrom: ['header', 'query'] },
      { framework, before: [before] },
    )
    expect(answerOf(await supertest(app).get(`/?access_token=${token}`))).toEqual(missing)
    expect((await get(token)).status).toBe(200)
  })

  test('parameters of other case have no token', async () => {
    expect(answerOf(await at('query').get(`/?ACCESS_TOKEN=${token}`))).toEqual(missing)
  })

  test('a scheme within a parameter does not belong there', async () => {
    expect(answerOf(await at('query').get(`/?access_token=Bearer%20${token}`))).toEqual(malformedCredentials)
  })

  test('a place of the application is read, and counts as one more', async () => {
    const fromCookie: TokenPlace = (req) => /access_token=([^;]+)/.exec(req.headers.cookie ?? '')?.[1]
    const cookie = `access_token=${token}`
    const ask = () => at('header', fromCookie).get('/').set('Cookie', cookie)
    expect((await ask()).status).toBe(200)
    expect(answerOf(await ask().auth(token, { type: 'bearer' }))).toEqual(repeatedCredentials)
    expect(answerOf(await at('header', fromCookie).get('/'))).toEqual(missing)
    expect(answerOf(await at(() => '').get('/'))).toEqual(missing)
  })

  test('a body that no parser read has no token', async () => {
    const { app } = mount({ ...options, tokenFrom: ['body'] }, { framework })
    expect(answerOf(await supertest(app).post('/').send(`access_token=${token}`))).toEqual(missing)
  })
})

describe('a place of the application', () => {
  const faulty = (tokenFrom: readonly unknown[], url = '/') => {
    const { app } = mount({ ...options, tokenFrom: tokenFrom as TokenPlace[] })
    return supertest(app).get(url)
  }

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['an empty text', ''],
    ['a promise of null', Promise.resolve(null)],
    ['a promise of an empty text', Promise.resolve('')],
  ])('that returns %s has no token', async (_, returned) => {
    expect(answerOf(await faulty([() => returned]))).toEqual(missing)
  })

  test('that returns an empty text counts as none beside the header', async () => {
    const { get } = mount({ ...options, tokenFrom: ['header', () => ''] })
    expect((await get(token)).status).toBe(200)
  })

  test.each<[string, unknown, unknown]>([
    ['a list', [token], repeatedCredentials],
    ['a list of two', [token, token], repeatedCredentials],
    ['an empty list', [], repeatedCredentials],
    ['an object', { access_token: token }, malformedCredentials],
    ['a text object', new String(token), malformedCredentials],
    ['bytes', Buffer.from(token), malformedCredentials],
    ['a number', 7, malformedCredentials],
    ['false', false, malformedCredentials],
    ['a function', () => token, malformedCredentials],
    ['a promise of a list', Promise.resolve([token]), repeatedCredentials],
    ['a promise of an object', Promise.resolve({ token }), malformedCredentials],
  ])('that returns %s has credentials that are none', async (_, returned, answer) => {
    expect(answerOf(await faulty([() => returned]))).toEqual(answer)
  })

  test.each<[string, unknown]>([
    ['a text', token],
    ['a promise', Promise.resolve(token)],
    // biome-ignore lint/suspicious/noThenProperty: a thenable that is no promise
    ['a thenable that returns nothing', { then: (resolve: (value: string) => void) => resolve(token) }],
  ])('that returns %s of a token has it', async (_, returned) => {
    expect((await faulty([() => returned])).status).toBe(200)
  })

  test('that throws or rejects is a fault', async () => {
    const down = new Error('down')
    const places = [() => Promise.reject(down), () => Promise.resolve().then(() => Promise.reject(down))]
    for (const place of places) expect((await faulty([place])).status).toBe(500)
  })

  test('that rejects after another place was refused leaves no rejection alone', async () => {
    const alone: unknown[] = []
    const note = (reason: unknown) => void alone.push(reason)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const late = () => new Promise((_, reject) => setImmediate(() => reject(new Error('down'))))
    for (const tokenFrom of [
      [late, 'query'],
      ['query', late],
      [late, late],
    ])
      await faulty(tokenFrom, '/?access_token=a&access_token=b')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(alone).toEqual([])
  })
})

test('a place that is named twice is read once', async () => {
  const { get } = mount({ ...options, tokenFrom: ['header', 'header'] })
  expect((await get(token)).status).toBe(200)
})

test('a token in the query was sent under Bearer, which no token that is bound by DPoP may be', async () => {
  const events: AuthEvent[] = []
  const onEvent = (event: AuthEvent) => void events.push(event)
  const { app } = mount({ ...options, dpop: {}, tokenFrom: ['header', 'query'], onEvent })
  const bound = craft({ key, claims: goodClaims({ cnf: { jkt: 'a'.repeat(43) } }) })
  await supertest(app).get(`/?access_token=${bound}`)
  expect(events).toMatchObject([
    { code: 'binding_mismatch', details: { expected: 'the DPoP scheme with a proof', received: 'Bearer' } },
  ])
})
