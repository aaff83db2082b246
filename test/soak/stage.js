import { Agent, get } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

/** Batches are that far apart, which bounds the load: 20 requests each make 400 in a second. */
const BATCH_MILLISECONDS = 50
const PATIENCE_MILLISECONDS = 30_000

/**
 * Where phases are played: sends their requests, and holds every answer to what its request expects.
 *
 * A request is `{ to, headers, expected }`; answers are the status and the code of a refusal: `401 token_expired`.
 *
 * @param {Record<string, string>} urls
 * @param {(request: object, answer: string) => void} note Called with every answer.
 */
export function createStage(urls, note) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })

  async function send(request) {
    const answer = await exchange(agent, urls[request.to], request.headers)
    note(request, answer)
    return answer
  }

  async function sendAll(requests) {
    return Promise.all([...requests.map(send), sleep(BATCH_MILLISECONDS)])
  }

  return {
    sendAll,
    /** Sends what `next` makes, batch after batch. */
    async during(seconds, next) {
      const endsAt = performance.now() + seconds * 1000
      while (performance.now() < endsAt) await sendAll(await next())
    },
    /** Sends `probe` among others until it is answered with the last of what it expects: of that, no time is owed. */
    async until(probe, next) {
      const givesUpAt = performance.now() + PATIENCE_MILLISECONDS
      while (performance.now() < givesUpAt) {
        const [answer] = await sendAll([await probe(), ...(await next())])
        if (answer === (await probe()).expected.at(-1)) return
      }
      const request = await probe()
      note({ ...request, expected: request.expected.slice(-1) }, `never within ${PATIENCE_MILLISECONDS} ms`)
    },
    close: () => agent.destroy(),
  }
}

function exchange(agent, url, headers) {
  return new Promise((resolve) => {
    const request = get(url, { agent, headers }, (res) => {
      text(res).then(
        (body) => resolve(answerOf(res, body)),
        (reason) => resolve(`none: ${reason.code}`),
      )
    })
    request.setTimeout(PATIENCE_MILLISECONDS, () => request.destroy(new Error('no answer')))
    request.once('error', ({ code, message }) => resolve(`none: ${code ?? message}`))
  })
}

function answerOf({ statusCode, headers }, body) {
  if (statusCode === 200) return '200'
  const { code } = JSON.parse(body)
  if (statusCode === 401 && !headers['www-authenticate']) return `401 ${code} without a challenge`
  return `${statusCode} ${code}`
}
