import { Agent, get } from 'node:http'

/**
 * Sends requests with tokens to a server, many at once.
 *
 * @param {string} url
 * @param {number} patienceSeconds After that long without an answer a request counts as `none`.
 */
export function createSender(url, patienceSeconds) {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 })

  function send(token) {
    const started = performance.now()
    const options = { agent, headers: { authorization: `Bearer ${token}` } }
    return new Promise((resolve) => {
      const done = (status) => resolve({ status, seconds: (performance.now() - started) / 1000 })
      const request = get(url, options, (res) => res.resume().once('end', () => done(res.statusCode)))
      request.setTimeout(patienceSeconds * 1000, () => request.destroy())
      request.once('error', () => done('none'))
    })
  }

  /** Answers in the order of `tokens`, of which up to `atOnce` are under way at a time. */
  async function sendAll(tokens, { atOnce = tokens.length } = {}) {
    const answers = new Array(tokens.length)
    let next = 0
    const lane = async () => {
      while (next < tokens.length) {
        const index = next++
        answers[index] = await send(tokens[index])
      }
    }
    await Promise.all(Array.from({ length: atOnce }, lane))
    return answers
  }

  return { sendAll, close: () => agent.destroy() }
}

/** How requests were answered that deserved `status`. */
export function tally(answers, status = 200) {
  const others = {}
  for (const each of answers) {
    if (each.status !== status) others[each.status] = (others[each.status] ?? 0) + 1
  }
  const right = answers.filter((each) => each.status === status).length
  return {
    sent: answers.length,
    right,
    others,
    slowest: Math.max(0, ...answers.map(({ seconds }) => seconds)),
  }
}
