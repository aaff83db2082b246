import type { Random } from './random.js'

type Mutation = (text: string, random: Random) => string

const INTERESTING = [
  ...'.=,;" \t\0-_+/~{}[]:\\%\u007f\u0080\u00ff',
  ' , ',
  'Bearer ',
  'null',
  '..',
  '==',
  'e30',
  'AAAA',
  '__proto__',
  '%00',
]

const at = (text: string, random: Random) => random.below(text.length + 1)
const splice = (text: string, start: number, removed: number, added: string) =>
  text.slice(0, start) + added + text.slice(start + removed)

const mutations: readonly Mutation[] = [
  (text, random) => splice(text, at(text, random), 1, random.text(1)),
  (text, random) => splice(text, at(text, random), 0, random.text(1 + random.below(4))),
  (text, random) => splice(text, at(text, random), 1 + random.below(4), ''),
  (text, random) => splice(text, at(text, random), random.below(2), random.pick(INTERESTING)),
  (text, random) => text.slice(0, at(text, random)),
  (text, random) => text.slice(at(text, random)),
  (text, random) => text + random.pick(INTERESTING),
  (text, random) => random.pick(INTERESTING) + text,
  swapCase,
  swapNeighbours,
  repeatSlice,
  moveDot,
]

function swapCase(text: string, random: Random): string {
  const index = at(text, random)
  const char = text.charAt(index)
  return splice(text, index, 1, char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase())
}

function swapNeighbours(text: string, random: Random): string {
  const index = at(text, random)
  return splice(text, index, 2, text.charAt(index + 1) + text.charAt(index))
}

function repeatSlice(text: string, random: Random): string {
  const start = at(text, random)
  return splice(text, start, 0, text.slice(start, start + 1 + random.below(40)))
}

function moveDot(text: string, random: Random): string {
  return splice(text.replace('.', ''), at(text, random), 0, '.')
}

/** One to three small changes; now and then none that matters. */
export function mutate(text: string, random: Random): string {
  let mutated = text
  for (let left = 1 + random.below(3); left > 0; left -= 1) mutated = random.pick(mutations)(mutated, random)
  return mutated
}
