import * as check from '../option-checks.js'
import type { JwksOptions } from './key-download.js'

const DEFAULTS: Required<JwksOptions> = {
  maxAgeSeconds: 600,
  maxStaleSeconds: 86_400,
  cooldownSeconds: 10,
  timeoutSeconds: 5,
  maxBytes: 262_144,
}

/** @throws TypeError naming the option and the value. */
export function jwksOptions(given: JwksOptions): Required<JwksOptions> {
  const names = Object.keys(DEFAULTS)
  const options = check.withoutUndefined(check.plainObject('jwks', given))
  check.checkNames('jwks', options, names)
  for (const [name, value] of Object.entries(options)) {
    const checkValue = name === 'maxStaleSeconds' ? check.notNegative : check.positive
    checkValue(`jwks.${name}`, value)
  }
  return Object.freeze({ ...DEFAULTS, ...options })
}
