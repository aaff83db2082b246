import { alikeNames, yardstickNames } from '../contenders.js'

/**
 * What is sent. `pool` names the tokens, `order` how the connections draw them (see load.js), `expect` the
 * status that every contender owes (the bare app owes 200). Warm-up draws other tokens where being new
 * is the point (`apart`). `also` names contenders of this scenario alone, and `maxSeconds` bounds a warm-up that must go further than most. Sizes are those of the full and the quick form.
 */
export const scenarios = {
  hot: {
    title: 'One token again and again',
    also: yardstickNames,
    pool: 'valid',
    order: 'random',
    expect: 200,
    full: { tokens: 1, warmup: 10_000, requests: 10_000 },
    quick: { tokens: 1, warmup: 50, requests: 200 },
  },
  thousand: {
    title: '1,000 tokens in random order',
    also: yardstickNames,
    pool: 'valid',
    order: 'random',
    expect: 200,
    full: { tokens: 1000, warmup: 10_000, requests: 10_000 },
    quick: { tokens: 50, warmup: 50, requests: 200 },
  },
  storm: {
    title: "Each token's first uses on 50 connections together",
    pool: 'valid',
    order: 'together',
    apart: true,
    expect: 200,
    full: { tokens: 200, warmup: 10_000, requests: 10_000 },
    quick: { tokens: 4, warmup: 50, requests: 200 },
  },
  'hundred-thousand': {
    title: '100,000 tokens, more than any cache holds',
    pool: 'valid',
    order: 'random',
    expect: 200,
    full: { tokens: 100_000, warmup: 15_000, requests: 10_000, maxSeconds: 20 },
    quick: { tokens: 400, warmup: 50, requests: 200 },
  },
  new: {
    title: 'Every token new',
    pool: 'valid',
    order: 'once',
    apart: true,
    expect: 200,
    full: { tokens: 10_000, warmup: 10_000, requests: 10_000 },
    quick: { tokens: 300, warmup: 50, requests: 200 },
  },
  expired: {
    title: 'Flood of expired tokens',
    also: alikeNames,
    pool: 'expired',
    order: 'random',
    expect: 401,
    full: { tokens: 5000, warmup: 10_000, requests: 10_000 },
    quick: { tokens: 50, warmup: 50, requests: 200 },
  },
  forged: {
    title: 'Flood of forged signatures, each different',
    also: alikeNames,
    pool: 'forged',
    order: 'once',
    apart: true,
    expect: 401,
    full: { tokens: 10_000, warmup: 10_000, requests: 10_000 },
    quick: { tokens: 300, warmup: 50, requests: 200 },
  },
  foreign: {
    title: 'Flood of tokens of a foreign issuer, each different',
    also: alikeNames,
    pool: 'foreign',
    order: 'once',
    apart: true,
    expect: 401,
    full: { tokens: 10_000, warmup: 10_000, requests: 10_000 },
    quick: { tokens: 300, warmup: 50, requests: 200 },
  },
  none: {
    title: 'Flood of requests without a token',
    order: 'once',
    expect: 401,
    full: { warmup: 10_000, requests: 10_000 },
    quick: { warmup: 50, requests: 200 },
  },
}

/** The same, for ours alone: what many tenants cost, which an `issuer` function knows, beside as many tokens of one. */
export const issuerScenarios = [
  { full: { tenants: 1, tokens: 1 }, quick: { tenants: 1, tokens: 1 } },
  { full: { tenants: 1, tokens: 10_000 }, quick: { tenants: 1, tokens: 100 } },
  { full: { tenants: 1000, tokens: 10_000 }, quick: { tenants: 50, tokens: 100 } },
  { full: { tenants: 10_000, tokens: 10_000 }, quick: { tenants: 100, tokens: 100 } },
]
