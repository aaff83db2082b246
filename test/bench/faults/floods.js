import { randomBytes } from 'node:crypto'
import { claimsFor, forge } from '../tokens.js'
import { keys } from './lab.js'
import { warm } from './outages.js'

const [keyA, keyB] = keys
const perValid = 20

/** Valid requests go along with 5,000 forged ones; memory is compared after a first, smaller flood. */
export function flood(forgeOne) {
  return async (lab) => {
    const seen = await warm(lab)
    await lab.sendAll(
      manyOf(2000, () => forgeOne(lab)),
      { atOnce: 50 },
    )
    await lab.advance(120)
    await lab.resetCounts()
    const memory = await lab.memory()
    const started = performance.now()
    const valid = [...manyOf(15, () => seen).flat(), ...(await lab.mint(keyA, 100))]
    const answers = await sendAmongForged(lab, valid, forgeOne)
    const seconds = (performance.now() - started) / 1000
    return { ...answers, seconds, counts: await lab.counts(), memory }
  }
}

/** The contender has just had its fetch for an unknown key when the new key is published. */
export async function rotationInFlood(lab, { requests }) {
  await warm(lab)
  await lab.advance(120)
  await sendAmongForged(lab, await lab.mint(keyA, 10), randomKid)
  await lab.publish(keyB, keyA)
  const valid = []
  for (const seconds of [0, 11, 20, 60]) {
    await lab.advance(seconds)
    valid.push(...(await sendAmongForged(lab, await lab.mint(keyB, requests), randomKid)).valid)
  }
  return { valid, counts: await lab.counts() }
}

async function sendAmongForged(lab, valid, forgeOne) {
  const tokens = valid.flatMap((token) => [token, ...manyOf(perValid, () => forgeOne(lab))])
  const answers = await lab.sendAll(tokens, { atOnce: 50 })
  const isValid = (_, index) => index % (perValid + 1) === 0
  return { valid: answers.filter(isValid), flood: answers.filter((...each) => !isValid(...each)) }
}

function manyOf(count, make) {
  return Array.from({ length: count }, make)
}

export function randomKid(lab) {
  return forge(randomBytes(12).toString('base64url'), lab.claims())
}

/** An issuer that would answer, were it asked. */
export function foreignIssuer({ origin }) {
  return forge('key-a', claimsFor(`${origin}/t/${randomBytes(6).toString('hex')}/`))
}
