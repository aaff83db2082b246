import { closeCell, openCell, sendBurst } from './cell.js'

/**
 * Measures all contenders of a row once. Their servers are up together, and take turns in short bursts of requests,
 * so that a slow moment of the machine hits them alike.
 */
export async function measureRound(row, round, processes) {
  const cells = []
  for (const contender of row.contenders) cells.push(await open({ row, round, contender }, processes))
  for (let index = 0; index < row.bursts; index++) {
    const part = burstOf(row, index)
    for (const cell of rotated(cells, round + index)) await guarded(cell, () => sendBurst(cell.open, part))
  }
  for (const cell of cells)
    await guarded(cell, async () => finish(cell, await closeCell(cell.open, processes)))
  return cells.map(({ result }) => result)
}

async function open({ row, round, contender }, processes) {
  const { name, title, group } = row
  process.stderr.write(`${name}, round ${round + 1}: ${contender}\n`)
  const cell = {
    owed: contender === 'bare' ? 200 : row.expect,
    result: { name, title, group, round, contender },
  }
  await guarded(cell, async () => {
    cell.open = await openCell({ ...row, contender }, processes)
  })
  return cell
}

/** A contender that fails is out for this round; the others go on. */
async function guarded({ result }, step) {
  if (result.failure) return
  try {
    await step()
  } catch (error) {
    result.failure = error.message
  }
}

function finish({ result, owed }, measured) {
  Object.assign(result, measured, { wrong: wrongAnswers(measured, owed) })
}

/** One burst's share: of the requests, and of the tokens where each is to be sent once. */
function burstOf({ bursts, measured: { tokens, order, requests } }, index) {
  const share = { tokens, order, requests: Math.ceil(requests / bursts) }
  if (!tokens || order === 'random') return share
  const count = Math.floor((tokens.to - tokens.from) / bursts)
  const from = tokens.from + index * count
  return { ...share, tokens: { ...tokens, from, to: from + count } }
}

function rotated(list, by) {
  return list.map((_, index) => list[(index + by) % list.length])
}

/** The answers that are not `owed`, by status, with requests that got none as `none`. */
function wrongAnswers({ statuses, errors }, owed) {
  const wrong = Object.entries(statuses).filter(([status]) => Number(status) !== owed)
  if (errors) wrong.push(['none', errors])
  return wrong.map(([status, count]) => ({ status, count }))
}

export function isWrong({ failure, wrong }) {
  return Boolean(failure || wrong.length)
}
