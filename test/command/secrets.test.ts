import { expect, test } from 'vitest'
import { createMask, maskedJson } from '../../src/command/secrets.js'

const secret = 's3cret/+ &="ü'
const mask = createMask(secret)
const base64 = (text: string) => Buffer.from(text).toString('base64')
const form = new URLSearchParams([['client_secret', secret]]).toString()

const forms: readonly (readonly [string, string])[] = [
  ['itself', secret],
  ['percent-encoded', encodeURIComponent(secret)],
  ['percent-encoded in lower case', encodeURIComponent(secret).toLowerCase()],
  [
    'percent-encoded to the last character',
    [...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join(''),
  ],
  ['form-encoded', form.slice('client_secret='.length)],
  ['JSON', JSON.stringify(secret).slice(1, -1)],
  ['base64', base64(secret)],
  ['base64url', Buffer.from(secret).toString('base64url')],
  ['the pair of Basic', base64(`messages-worker:${secret}`)],
  ['the pair of Basic, form-encoded', base64(`a+client:${form.slice('client_secret='.length)}`)],
  ['base64 of the whole form', base64(`grant_type=client_credentials&${form}&audience=x`)],
]

test.each(forms)('a secret is masked as %s', (_name, written) => {
  expect(mask(`you sent <${written}> to us`)).toBe('you sent <[secret]> to us')
})

test('other text stays, and so does all text without a secret', () => {
  const text = 'invalid_client: czNjcmV0 is not what we know, s3cret neither'
  expect(mask(text)).toBe(text)
  expect(createMask('')(text)).toBe(text)
  expect(createMask(undefined)(text)).toBe(text)
})

test('texts and names of members of a JSON value are masked', () => {
  expect(maskedJson({ [secret]: [{ a: `x${secret}`, b: null, c: 7 }] }, mask)).toEqual({
    '[secret]': [{ a: 'x[secret]', b: null, c: 7 }],
  })
})
