/** Reads the log-in form, and keeps it in the session storage during the redirect to the issuer. Tokens are not kept. */

const storageKey = 'playground.choice'

export function readChoice(form) {
  const data = new FormData(form)
  return { audience: data.get('audience'), scopes: data.getAll('scope') }
}

export function keepChoice(choice) {
  sessionStorage.setItem(storageKey, JSON.stringify(choice))
}

export function restoreChoice(form) {
  const kept = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null')
  if (!kept) return
  form.elements.audience.value = kept.audience
  for (const box of form.elements.scope) box.checked = kept.scopes.includes(box.value)
}

/** The audience to send; undefined for an opaque token. */
export function audienceOf(choice, audiences) {
  if (choice.audience === 'none') return undefined
  return audiences[choice.audience] ?? 'https://unknown.example'
}
