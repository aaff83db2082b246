import { checkAnswers } from './answers.js'

interface LambdaAnswer {
  statusCode: number
  headers: Record<string, string>
  body: string
}

checkAnswers('/messages', async () => {
  const { handler } = await import('./handler.js')
  return async (path, headers) => {
    const requestContext = { http: { method: 'GET', path, sourceIp: '192.0.2.1' } }
    const event = { version: '2.0', rawPath: path, rawQueryString: '', headers, requestContext }
    const answer = (await handler({ ...event, isBase64Encoded: false }, {})) as LambdaAnswer
    return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body) }
  }
})
