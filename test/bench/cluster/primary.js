// Servers of one app on one port, in as many processes as `workers`; they answer together.
import cluster from 'node:cluster'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { answer, questionsTo, settingsOfChild } from '../child.js'

const { workers, ...settings } = settingsOfChild()
const exec = fileURLToPath(new URL('../server.js', import.meta.url))
cluster.setupPrimary({ exec, args: [JSON.stringify(settings)], silent: true })

const questions = await Promise.all(Array.from({ length: workers }, startWorker))
const askAll = (name) => Promise.all(questions.map(({ ask }) => ask(name)))

answer({
  url: async () => (await askAll('url'))[0],
  /** With this process, which hands out the connections. */
  async cpu() {
    const { user, system } = process.cpuUsage()
    return sum(await askAll('cpu')) + user + system
  },
  async memory() {
    const each = await askAll('memory')
    return { rss: sum(each.map(({ rss }) => rss)), heap: sum(each.map(({ heap }) => heap)) }
  },
  lastFault: async () => (await askAll('lastFault')).find(Boolean),
})

/** Asked before it listens, a worker would lose the question. */
async function startWorker() {
  const worker = cluster.fork()
  const questions = questionsTo(worker.process)
  const ended = once(worker, 'exit').then(([code]) => Promise.reject(new Error(`worker ended (${code})`)))
  await Promise.race([once(worker, 'listening'), ended])
  await questions.ask('ready')
  return questions
}

function sum(numbers) {
  return numbers.reduce((total, each) => total + each, 0)
}
