import { flood, foreignIssuer, randomKid, rotationInFlood } from './floods.js'
import { coldStart, outage } from './outages.js'
import { rotation } from './rotation.js'
import { tally } from './sender.js'

const days = 86_400

/**
 * What goes wrong. Each `play` works on a lab and returns the answers to valid requests (`valid`), and where
 * they exist those to a flood (`flood`) and to valid requests after all is well again (`after`).
 *
 * What ours owes: `serve`, every valid request answered 200; `no401`, none of them answered 401; `limits`,
 * neither, but like all of them few fetches and quick answers.
 */
export const faults = {
  hanging: { title: 'Issuer accepts and never answers', owes: 'serve', play: outage('hang') },
  drip: { title: 'Issuer sends one byte each 250 ms', owes: 'serve', play: outage('drip') },
  'cold-start': { title: 'Issuer hangs when the server starts', owes: 'no401', play: coldStart },
  down: { title: 'Issuer refuses connections', owes: 'serve', play: outage('refuse') },
  errors: { title: 'Issuer answers 500', owes: 'serve', play: outage('error') },
  garbage: { title: 'Issuer answers 200 with HTML', owes: 'serve', play: outage('garbage') },
  'down-for-days': {
    title: 'Issuer refuses connections for two days',
    remark: 'Keys that nobody could confirm for so long may have been withdrawn: serving on is a risk.',
    owes: 'no401',
    play: outage('refuse', [2 * days]),
  },
  rotation: { title: 'Keys rotate twice under load', owes: 'serve', play: rotation },
  'random-kids': { title: 'Flood of 5,000 random kids', owes: 'serve', play: flood(randomKid) },
  'foreign-issuers': { title: 'Flood of 5,000 foreign issuers', owes: 'serve', play: flood(foreignIssuer) },
  'rotation-in-flood': {
    title: 'Keys rotate during a flood of random kids',
    remark:
      'Tokens of the new key 0, 11, 31 and 91 seconds after the flood used up the fetch for unknown keys.',
    owes: 'limits',
    play: rotationInFlood,
  },
}

/** Plays one fault on a lab and condenses what was seen. */
export async function playFault({ play }, lab, form) {
  const { valid, flood: flooded, after, counts, seconds, memory: before } = await play(lab, form)
  return {
    valid: tally(valid),
    flood: flooded && tally(flooded, 401),
    after: after && tally(after),
    memory: before && growth(before, await lab.memory()),
    counts,
    seconds,
  }
}

function growth(before, after) {
  return { rss: (after.rss - before.rss) / 2 ** 20, heap: (after.heap - before.heap) / 2 ** 20 }
}
