import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { JSX, Renderer } from 'typedoc'

const library = createRequire(import.meta.url).resolve('mermaid/dist/mermaid.min.js')

/** Draws Mermaid blocks in the reader's browser, by a copy of Mermaid on the site itself. */
export function drawDiagrams(renderer) {
  renderer.on(Renderer.EVENT_END, ({ outputDirectory }) =>
    copyFileSync(library, join(outputDirectory, 'assets/mermaid.js')),
  )
  renderer.hooks.on('body.end', ({ page, relativeURL }) =>
    hasDiagram(page.model) ? scripts(relativeURL('assets/mermaid.js')) : JSX.createElement(JSX.Fragment),
  )
}

/** Leaves the text of a diagram to Mermaid instead of showing it as code. */
export function keepDiagrams(markdown) {
  const { fence } = markdown.renderer.rules
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info, content } = tokens[index]
    if (info.trim() !== 'mermaid') return fence(tokens, index, ...rest)
    return `<pre class="mermaid">${markdown.utils.escapeHtml(content)}</pre>\n`
  }
}

function hasDiagram({ content }) {
  return Boolean(content?.some(({ text }) => text.includes('```mermaid')))
}

function scripts(address) {
  const start = `mermaid.initialize({ theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'default' })`
  return JSX.createElement(JSX.Raw, { html: `<script src="${address}"></script><script>${start}</script>` })
}
