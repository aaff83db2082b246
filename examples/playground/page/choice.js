/** The choice in the log-in form. The session storage keeps it during the redirect to the issuer; it keeps no token. */

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
