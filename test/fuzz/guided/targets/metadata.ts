import { isIPv4 } from 'node:net'
import { goodClaims } from '../../../craft.js'
import { createProbe } from '../../target.js'
import { common, type GuidedTarget, parsed, publicJwk, requestWith, tokenWith, wordsIn } from '../target.js'

const token = tokenWith(goodClaims())
const good = JSON.stringify({ issuer: common.issuer, jwks_uri: `${common.issuer}keys` })

/** What a document of the issuer may lead to: https, without credentials, and not to this machine. */
function isHarmless(url: string): boolean {
  const { protocol, username, password, hostname } = new URL(url)
  const isHere =
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  return protocol === 'https:' && username === '' && password === '' && !isHere
}

/** Answers the first question with `text`, and every other one with the keys. */
function answeringWith(text: string) {
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (url) => {
    asked.push(String(url))
    const body = asked.length === 1 ? text : JSON.stringify({ keys: [publicJwk] })
    return new Response(body, { headers: { 'content-type': 'application/json' } })
  }
  return { asked, fetch }
}

/** The text of a metadata document. */
export const metadata: GuidedTarget = {
  name: 'metadata',
  good,
  words: wordsIn(
    '"issuer" "jwks_uri" "https://login.northwind.com/" "https://login.northwind.com/keys" "https:// http:// file:// data:',
    'localhost 127.0.0.1 [::1] [::ffff:127.0.0.1] 0x7f.1 2130706433 evil.example user@ :443 / ? # \\\\ %2e null 0 [] {}',
    '" , :',
  ),
  async judge(input) {
    const { issuer, jwks_uri } = parsed(input)
    const mayPass = issuer === common.issuer && typeof jwks_uri === 'string' ? undefined : false
    const { asked, fetch } = answeringWith(input)
    const probe = createProbe({ options: { ...common, fetch }, hasOutages: true })
    const complaint = await probe(
      requestWith(['Authorization', `Bearer ${token}`], input === good || mayPass),
    )
    const harmful = asked.find((url) => !isHarmless(url))
    return complaint ?? (harmful && `asked ${harmful}`)
  },
}
