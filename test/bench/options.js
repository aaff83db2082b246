import { parseArgs } from 'node:util'

/**
 * The command line of every benchmark: `--quick`, `--rounds N`, `--only a,b` (contenders) and
 * `--scenario a,b`. A name that is not known is an error.
 */
export function readOptions({ contenders, quickContenders = contenders, scenarios }) {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string' },
      scenario: { type: 'string' },
    },
  })
  return {
    size: values.quick ? 'quick' : 'full',
    whole: !values.quick && !values.only && !values.scenario,
    rounds: Number(values.rounds ?? (values.quick ? 1 : 3)),
    contenders: chosen(values.only, contenders) ?? (values.quick ? quickContenders : contenders),
    scenarios: chosen(values.scenario, scenarios) ?? scenarios,
  }
}

function chosen(list, known) {
  if (!list) return undefined
  const names = list.split(',')
  const unknown = names.find((name) => !known.includes(name))
  if (unknown) throw new Error(`Unknown name ${unknown}; known are ${known.join(', ')}`)
  return known.filter((name) => names.includes(name))
}
