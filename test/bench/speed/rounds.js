import { measure, wrongAnswers } from './cell.js'

/**
 * Measures all contenders of a row once. In every round they go from another start, so that a slow minute of the
 * machine hits them alike.
 */
export async function measureRound(row, round, processes) {
  const results = []
  for (const contender of rotated(row.contenders, round)) {
    results.push(await measureCell({ row, round, contender }, processes))
  }
  return results
}

function rotated(list, by) {
  return list.map((_, index) => list[(index + by) % list.length])
}

async function measureCell({ row, round, contender }, processes) {
  const { name, title, group } = row
  const place = { name, title, group, round, contender }
  process.stderr.write(`${name}, round ${round + 1}: ${contender}\n`)
  try {
    const measured = await measure({ ...row, contender }, processes)
    const wrong = wrongAnswers(measured, contender === 'bare' ? 200 : row.expect)
    return { ...place, ...measured, wrong }
  } catch (error) {
    return { ...place, failure: error.message }
  }
}

export function isWrong({ failure, wrong }) {
  return Boolean(failure || wrong.length)
}
