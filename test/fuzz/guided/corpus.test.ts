import { expect, test } from 'vitest'
import { corpusOf, guidedTargets } from './targets.js'

test.each(guidedTargets)('what the fuzzer kept for $name is answered as it must be', async (target) => {
  const complaints = await Promise.all(corpusOf(target).map((input) => target.judge(input)))
  expect(complaints.filter(Boolean)).toEqual([])
})
