/** The answer to a call, as text. */

function element(name, { text, className }) {
  const made = document.createElement(name)
  made.textContent = text
  if (className) made.className = className
  return made
}

async function bodyOf(response) {
  const text = await response.text()
  if (!/json/.test(response.headers.get('Content-Type') ?? '')) return text
  return JSON.stringify(JSON.parse(text), undefined, 2)
}

function statusLine(route, response) {
  const line = element('p', { text: `${route} ` })
  const kind = response.ok ? 'good' : 'bad'
  line.append(
    element('strong', { text: `${response.status} ${response.statusText}`, className: `badge ${kind}` }),
  )
  return line
}

export async function showAnswer(route, response) {
  const challenge = response.headers.get('WWW-Authenticate')
  const parts = [statusLine(route, response)]
  if (challenge) {
    parts.push(element('h3', { text: 'WWW-Authenticate' }))
    parts.push(element('code', { text: challenge, className: 'header-value challenge' }))
  }
  parts.push(
    element('h3', { text: 'Body' }),
    element('pre', { text: await bodyOf(response), className: 'body' }),
  )
  document.getElementById('answer').replaceChildren(...parts)
}
