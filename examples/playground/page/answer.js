/** The answer to a call, as text. */

function element(name, { text, className }) {
  const made = document.createElement(name)
  made.textContent = text
  if (className) made.className = className
  return made
}

/** The body as text to show, and the hint of a refusal where the API sends one (for development only). */
async function readBody(response) {
  const text = await response.text()
  if (!/json/.test(response.headers.get('Content-Type') ?? '')) return { text }
  const body = JSON.parse(text)
  return { text: JSON.stringify(body, undefined, 2), hint: body?.details?.hint }
}

function statusLine(route, response) {
  const line = element('p', { text: `${route} ` })
  const kind = response.ok ? 'good' : 'bad'
  line.append(
    element('strong', { text: `${response.status} ${response.statusText}`, className: `badge ${kind}` }),
  )
  return line
}

/** Scrolls to the answer when it is out of sight, as on a phone: all of it where it fits, else its beginning. */
function bringIntoView(card) {
  const { top, bottom, height } = card.getBoundingClientRect()
  if (top >= 0 && bottom <= innerHeight) return
  card.scrollIntoView({ block: height <= innerHeight ? 'nearest' : 'start' })
}

/** Shows the answer to a call, and brings it into view. */
export async function showAnswer(route, response) {
  const challenge = response.headers.get('WWW-Authenticate')
  const { text, hint } = await readBody(response)
  const parts = [statusLine(route, response)]
  if (typeof hint === 'string') {
    parts.push(element('h3', { text: 'Hint' }), element('p', { text: hint, className: 'refusal-hint' }))
  }
  if (challenge) {
    parts.push(element('h3', { text: 'WWW-Authenticate' }))
    parts.push(element('code', { text: challenge, className: 'header-value challenge' }))
  }
  parts.push(element('h3', { text: 'Body' }), element('pre', { text, className: 'body' }))
  const answer = document.getElementById('answer')
  answer.replaceChildren(...parts)
  bringIntoView(answer.closest('.card'))
}
