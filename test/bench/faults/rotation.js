import { keys } from './lab.js'
import { warm } from './outages.js'

const [keyA, keyB, keyC] = keys

/** The first use of each new key comes after the issuer published it; the old key stays published beside it. */
export async function rotation(lab, form) {
  await warm(lab)
  const first = await rotate(lab, { from: keyA, to: keyB, ...form })
  const second = await rotate(lab, { from: keyB, to: keyC, ...form })
  return { valid: [...first, ...second], counts: await lab.counts() }
}

async function rotate(lab, { from, to, requests }) {
  await lab.advance(120)
  await lab.publish(to, from)
  const [old, fresh] = [await lab.mint(from, requests), await lab.mint(to, requests)]
  const alternating = old.flatMap((token, index) => [token, fresh[index]])
  return lab.sendAll(alternating, { atOnce: 10 })
}
