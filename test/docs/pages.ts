import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** A page that people read: the README, a guide, or one of the customs beside them. */
export interface Page {
  /** Its path from the root. */
  readonly name: string
  readonly text: string
}

export interface Snippet {
  /** The page and the line it begins at. */
  readonly name: string
  readonly text: string
}

const guides = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md') && !name.startsWith('site')) // there is the tool that builds the site
  .map((name) => `docs/${name.replaceAll('\\', '/')}`)
const names = ['README.md', 'SECURITY.md', 'CHANGELOG.md', ...guides.sort()]

export const pages: readonly Page[] = names.map((name) => ({
  name,
  text: readFileSync(join(root, name), 'utf8'),
}))

export function pageNamed(name: string): string {
  const page = pages.find((each) => each.name === name)
  if (!page) throw new Error(`there is no page ${name}`)
  return page.text
}

/** The fenced blocks of a language. */
export function snippetsOf({ name, text }: Page, language: string): readonly Snippet[] {
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))
  return [...blocks].map((block) => ({
    name: `${name}:${text.slice(0, block.index).split('\n').length}`,
    text: block[1] as string,
  }))
}

/** The cells of each table row whose first cell is a name in backticks. */
export function rowsOf(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) =>
    row.split(' | ').map((cell) => cell.trim()),
  )
}

export interface Link {
  readonly page: string
  /** The file it leads to, from the root; the page itself for a mere anchor. */
  readonly file: string
  readonly anchor: string | undefined
}

/** Links to other files of the project. */
export function linksOf({ name, text }: Page): readonly Link[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path, anchor] = target.split('#')
      return { page: name, file: path === '' ? name : join(dirname(name), path as string), anchor }
    })
}

/** The anchors that headings get. */
export function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
