/** Collects how each row went, prints it as one table, and the output of the failed ones below. */
export function createReport() {
  const lines = []

  async function timed(work) {
    const began = performance.now()
    const outcome = await work().then(
      (value) => ({ value }),
      (error) => ({ error }),
    )
    return { ...outcome, seconds: ((performance.now() - began) / 1000).toFixed(1) }
  }

  return {
    async step(name, work) {
      const { value, error, seconds } = await timed(work)
      if (error) throw error
      lines.push({ name, result: 'done', seconds })
      return value
    },
    async row({ name, todo }, work) {
      const { error, seconds } = await timed(work)
      const result = error ? (todo ? 'todo' : 'FAILED') : todo ? 'ok, no longer todo' : 'ok'
      lines.push({ name, result, seconds, output: error?.message, todo })
      console.error(`${name}: ${result}`)
    },
    print() {
      const width = Math.max(...lines.map(({ name }) => name.length))
      for (const { name, output } of failed(lines)) console.log(`\n--- ${name}\n${output}`)
      console.log(`\n${'environment'.padEnd(width)}  result  seconds`)
      for (const { name, result, seconds, todo } of lines)
        console.log(
          `${name.padEnd(width)}  ${result.padEnd(6)}  ${seconds.padStart(7)}${remark(result, todo)}`,
        )
      const count = (wanted) => lines.filter(({ result }) => result.startsWith(wanted)).length
      console.log(`\n${count('ok')} passed, ${failed(lines).length} failed, ${count('todo')} skipped`)
    },
    passed: () => failed(lines).length === 0,
  }
}

function failed(lines) {
  return lines.filter(({ result }) => result === 'FAILED')
}

function remark(result, todo) {
  return result === 'todo' ? `  (${todo})` : ''
}
