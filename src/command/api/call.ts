import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'

export type Method = 'GET' | 'HEAD' | 'OPTIONS'

/** What an API answered. Its body is not read. */
export interface Answer {
  status: number
  /** `WWW-Authenticate`; several lines are one, joined by commas. */
  challenge: string | undefined
}

export interface Call {
  method: Method
  url: string
  /** The values of `Authorization`: one header line for each. */
  authorization: readonly string[]
}

const TIMEOUT_MS = 10_000

/** Calls the API once. Follows no redirect. Not by `fetch`, which joins two headers of one name to one. */
export function callApi({ method, url, authorization }: Call): Promise<Answer> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  return new Promise((resolve, reject) => {
    const request = send(url, { method, agent: false, signal, headers: { accept: '*/*' } })
    if (authorization.length > 0) request.setHeader('Authorization', authorization)
    request.on('error', reject)
    request.on('response', (response) => {
      resolve(answerOf(response))
      response.destroy()
    })
    request.end()
  })
}

function answerOf({ statusCode = 0, headers }: IncomingMessage): Answer {
  return { status: statusCode, challenge: headers['www-authenticate'] }
}
