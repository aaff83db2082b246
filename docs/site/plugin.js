import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { Application, Converter, ReflectionKind } from 'typedoc'
import { drawDiagrams, keepDiagrams } from './diagrams.js'

const root = resolve(import.meta.dirname, '../..')
const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const source = repository.url.replace(/^git\+|\.git$/g, '')

/** Folders of guides, with the headings that the navigation has them under. */
const GROUPS = { docs: 'Guides', 'docs/migration': 'Migrating', 'examples/providers': 'Providers' }

/** Makes pages of the site of guides that are written for GitHub, without a mark in the guides. */
export function load(app) {
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    app.options.setValue('projectDocuments', inReadingOrder())
    app.options.setValue('sourceLinkTemplate', `${source}/blob/HEAD/{path}#L{line}`)
    app.options.setValue('markdownItLoader', (markdown) => {
      keepCodeInAnchors(markdown)
      keepDiagrams(markdown)
    })
  })
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    takeTitle(document)
    const file = document.project.files.getReflectionPath(document)
    document.frontmatter.group = GROUPS[relative(root, resolve(file, '..'))]
  })
  drawDiagrams(app.renderer)
  // after typedoc has read the README, which it does at a higher priority
  const last = -1000
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => finish(project, app.options), last)
}

/** The guides as their indexes list them, each after the index that names it. */
function inReadingOrder() {
  const indexes = ['docs/README.md', 'docs/migration/README.md', 'examples/providers/README.md']
  return [...new Set(indexes.flatMap((index) => [index, ...guidesNamedBy(index)]))].map((file) =>
    join(root, file),
  )
}

function guidesNamedBy(index) {
  const links = readFileSync(join(root, index), 'utf8').matchAll(/\]\(([\w/-]+\.md)\)/g)
  return [...links].map(([, target]) => join(dirname(index), target))
}

function finish(project, options) {
  const [first] = project.readme
  first.text = first.text.replace(TITLE, '') // the front page has the name of the package above the text
  linkToSource(project)
  excuseLiterals(project, options)
}

const TITLE = /^# (.+)\n/

/** A guide is named by its first heading and not by its file. */
function takeTitle(document) {
  const title = TITLE.exec(document.content[0]?.text ?? '')?.[1]
  if (!title) throw new Error(`${document.name} does not begin with a heading of plain text`)
  document.name = title
}

/** typedoc leaves code out of the anchors of headings, GitHub does not: so code becomes text between tags. */
function keepCodeInAnchors(markdown) {
  markdown.core.ruler.push('code-in-headings', ({ tokens, Token }) => {
    const headings = tokens.filter((_token, index) => tokens[index - 1]?.type === 'heading_open')
    for (const heading of headings) heading.children = heading.children.flatMap((each) => asText(each, Token))
  })
}

function asText(token, Token) {
  if (token.type !== 'code_inline') return token
  const part = (type, content) => Object.assign(new Token(type, '', 0), { content })
  return [part('html_inline', '<code>'), part('text', token.content), part('html_inline', '</code>')]
}

/** Links to files that are no page of the site lead to the repository. What does not exist stays, for typedoc to refuse. */
function linkToSource(project) {
  const documents = project.getReflectionsByKind(ReflectionKind.Document)
  const texts = [project.readme ?? [], ...documents.map(({ content }) => content)]
  for (const link of texts.flat().filter(({ kind }) => kind === 'relative-link')) {
    const file = project.files.resolve(link.target, project)
    if (typeof file !== 'string' || /\.(svg|png)$/.test(file) || !existsSync(file)) continue
    const isFolder = statSync(file).isDirectory()
    if (isFolder) project.files.registerReflectionPath(file, project) // it is no file to copy
    link.kind = 'text'
    link.text = `${source}/${isFolder ? 'tree' : 'blob'}/HEAD/${relative(root, file)}${anchorOf(link)}`
  }
}

function anchorOf({ targetAnchor }) {
  return targetAnchor ? `#${targetAnchor}` : ''
}

/** Members of literal types explain themselves, or are explained where the union lists them. Interfaces get no excuse. */
function excuseLiterals(project, options) {
  const literal = ({ parent }) => parent?.kindOf(ReflectionKind.TypeLiteral) && !withinInterface(parent)
  const members = project.getReflectionsByKind(ReflectionKind.Property).filter(literal)
  const names = new Set(
    members.filter((each) => !each.hasComment()).map((each) => each.getFriendlyFullName()),
  )
  options.getValue('intentionallyNotDocumented').push(...names)
}

function withinInterface(reflection) {
  return (
    Boolean(reflection) && (reflection.kindOf(ReflectionKind.Interface) || withinInterface(reflection.parent))
  )
}
