/** Results condensed to one row per scenario and contender: medians over the rounds, differences to bare. */
export function figuresOf(results) {
  const scenarios = groupBy(results, ({ name }) => name)
  return [...scenarios.values()].map((cells) => ({
    name: cells[0].name,
    title: cells[0].title,
    group: cells[0].group,
    rows: rowsOf(cells),
  }))
}

function rowsOf(cells) {
  const contenders = groupBy(cells, ({ contender }) => contender)
  const bare = new Map(contenders.get('bare').map((cell) => [cell.round, cell]))
  return [...contenders].map(([contender, ofOne]) => ({ contender, ...rowOf(ofOne, bare) }))
}

function rowOf(cells, bare) {
  const measured = cells.filter(({ failure, round }) => !failure && !bare.get(round).failure)
  if (measured.length === 0) return { failure: cells[0].failure ?? 'the bare app failed' }
  const over = measured.map((cell) => cell.cpuPerRequest - bare.get(cell.round).cpuPerRequest)
  return {
    cpu: { median: median(over), least: Math.min(...over), most: Math.max(...over) },
    cpuTotal: median(measured.map(({ cpuPerRequest }) => cpuPerRequest)),
    requestsPerSecond: median(measured.map(({ requestsPerSecond }) => requestsPerSecond)),
    p99: median(measured.map(({ p99 }) => p99)),
    rss: median(measured.map(({ rss, round }) => rss - bare.get(round).rss)),
    ...wrongnessOf(cells),
  }
}

function wrongnessOf(cells) {
  const byStatus = {}
  for (const { status, count } of cells.flatMap(({ wrong }) => wrong ?? [])) {
    byStatus[status] = (byStatus[status] ?? 0) + count
  }
  const answers = cells.reduce((sum, { completed, errors }) => sum + (completed ?? 0) + (errors ?? 0), 0)
  const fault = cells.findLast(({ lastFault }) => lastFault)?.lastFault
  return { wrong: byStatus, answers, fault, failure: cells.find(({ failure }) => failure)?.failure }
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function groupBy(list, keyOf) {
  const groups = new Map()
  for (const item of list) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}
