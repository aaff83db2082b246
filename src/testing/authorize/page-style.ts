const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#3446c8"/><circle cx="11.5" cy="16" r="5" fill="none" stroke="#fff" stroke-width="3"/><path d="M16.5 16H27m-3.5 0v5" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`

/** The icon as a data URL: a key on a blue ground. */
export const iconAddress = `data:image/svg+xml,${encodeURIComponent(icon)}`

/** The styles of the local tenant's pages. The playground in the examples has the same colours. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f4f5fa, #12141c);
  --card: light-dark(#ffffff, #1b1e2a);
  --line: light-dark(#d5d8e6, #363b4f);
  --control: light-dark(#858ba8, #737a99);
  --text: light-dark(#1a1d2b, #eceef7);
  --quiet: light-dark(#555b75, #a9aec6);
  --accent: light-dark(#3446c8, #97a6ff);
  font: 100% / 1.5 system-ui, sans-serif;
  color: var(--text);
  background: var(--page);
}
*, ::before { box-sizing: border-box }
body { margin: 0; padding: clamp(1rem, 12vh, 8rem) 1rem 2rem; overflow-wrap: anywhere }
main {
  max-width: 26rem;
  margin: 0 auto;
  padding: 1.75rem;
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  background: var(--card);
}
h1 { margin: 0; font-size: 1.5rem; line-height: 1.2; letter-spacing: -0.015em }
h1::before {
  content: "";
  display: block;
  width: 2.5rem;
  height: 2.5rem;
  margin-bottom: 1rem;
  background: url("${iconAddress}");
}
p { margin: 0.25rem 0 0 }
form { display: grid; gap: 0.6rem; margin: 1.25rem 0 }
button {
  padding: 0.65rem 0.9rem;
  border: 1px solid var(--control);
  border-radius: 0.5rem;
  font: inherit;
  font-size: 0.875rem;
  text-align: start;
  color: var(--quiet);
  background: var(--card);
  cursor: pointer;
}
button strong { display: block; font-size: 1rem; color: var(--text) }
button:hover { border-color: var(--accent) }
button:hover strong { color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.notice {
  margin-top: 1.25rem;
  padding-top: 0.9rem;
  border-top: 1px solid var(--line);
  font-size: 0.875rem;
  color: var(--quiet);
}
`
