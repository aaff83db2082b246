import { goodClaims } from '../../../craft.js'
import { createProbe } from '../../target.js'
import { common, type GuidedTarget, headerValue, requestWith, tokenWith, wordsIn } from '../target.js'

const token = tokenWith(goodClaims())
const isGood = (value: string) => /^bearer /i.test(value) && value.replace(/^bearer +/i, '') === token
const probe = createProbe({ options: { ...common, dpop: {} } })

/** The Authorization header, where `$token` stands for a good token. */
export const header: GuidedTarget = {
  name: 'header',
  good: 'Bearer $token',
  words: [...wordsIn('Bearer DPoP Basic $token . , = e30'), ' ', '\t', 'Bearer '],
  judge(input) {
    const value = headerValue(input.replaceAll('$token', token))
    return probe(requestWith(['Authorization', value], isGood(value)))
  },
}
