import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import axios from 'axios'

const run = promisify(execFile)

export interface Job {
  tokenEndpoint: string
  clientId: string
  clientSecret: string
  audience: string
  apiUrl: string
}

export interface Outcome {
  status: number
  /** The body of a good answer. */
  body?: unknown
  /** The challenge of a refusal. */
  challenge?: string
}

/** Gets a token by client credentials and calls the API with it. */
export type Client = (job: Job) => Promise<Outcome>

function fieldsOf({ clientId, clientSecret, audience }: Job) {
  return {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    audience,
  }
}

function program(command: string, script: string): Client {
  return async ({ tokenEndpoint, clientId, clientSecret, audience, apiUrl }) => {
    const values = [tokenEndpoint, clientId, clientSecret, audience, apiUrl]
    const { stdout } = await run(command, [join(import.meta.dirname, script), ...values])
    const [status = '', text = ''] = stdout.split('\n')
    return status === '200'
      ? { status: 200, body: JSON.parse(text) }
      : { status: Number(status), challenge: text }
  }
}

const byFetch: Client = async (job) => {
  const body = new URLSearchParams(fieldsOf(job))
  const tokens = (await (await fetch(job.tokenEndpoint, { method: 'POST', body })).json()) as {
    access_token: string
  }
  const response = await fetch(job.apiUrl, { headers: { Authorization: `Bearer ${tokens.access_token}` } })
  if (response.ok) return { status: response.status, body: await response.json() }
  return { status: response.status, challenge: response.headers.get('WWW-Authenticate') ?? '' }
}

const byAxios: Client = async (job) => {
  const { data: tokens } = await axios.post(job.tokenEndpoint, new URLSearchParams(fieldsOf(job)))
  const { status, data, headers } = await axios.get(job.apiUrl, {
    headers: { Authorization: `Bearer ${tokens.access_token}` },
    validateStatus: null,
  })
  return status === 200 ? { status, body: data } : { status, challenge: headers['www-authenticate'] }
}

/** With the command that must be on the machine, if any. */
export const clients: readonly { name: string; command?: string; client: Client }[] = [
  { name: 'curl', command: 'curl', client: program('sh', 'client.sh') },
  { name: "Python's http.client", command: 'python3', client: program('python3', 'client.py') },
  { name: "Node's fetch", client: byFetch },
  { name: 'axios', client: byAxios },
]

export async function isInstalled(command: string): Promise<boolean> {
  return run(command, ['--version']).then(
    () => true,
    () => false,
  )
}
