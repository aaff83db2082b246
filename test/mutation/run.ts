/**
 * npm run mutation                 every room
 * npm run mutation -- jose token   some
 * npm run mutation -- --changed    files changed since the last release or main, or else a small sample
 *
 * Fails when fewer than nine of ten mutants are killed. Reports are in artifacts/mutation; a second run tests only what
 * has changed since the first.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, figuresOf, writeRow } from './report.js'
import { rooms } from './rooms.js'

const MIN_SCORE = 90
/** A room, and its files where only some are meant: then the table of results stays as it is. */
type Task = [room: string, files?: string[]]

/** About as many lines as are tested in two minutes. */
const MAX_CHANGED_LINES = 150
const SAMPLE = ['src/jose/signature.ts', 'src/jose/verification-key.ts']
const root = fileURLToPath(new URL('../..', import.meta.url))
const stryker = fileURLToPath(new URL('node_modules/.bin/stryker', import.meta.url))

function git(...args: string[]): string {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : ''
}

function changedFiles(): string[] {
  const base = git('describe', '--tags', '--abbrev=0') || git('merge-base', 'HEAD', 'origin/main')
  const names = base ? git('diff', '--name-only', '--diff-filter=d', base, '--', 'src').split('\n') : []
  const files = names.filter((name) => roomOf(name) in rooms)
  return files.length > 0 ? upTo(MAX_CHANGED_LINES, files) : SAMPLE
}

/** The first files that have no more lines than that together, and one at least. */
function upTo(lines: number, [first, ...rest]: string[]): string[] {
  if (first === undefined) return []
  const left = lines - readFileSync(`${root}/${first}`, 'utf8').split('\n').length
  return [first, ...(left > 0 ? upTo(left, rest) : [])]
}

function roomOf(file: string): string {
  return file.split('/')[1] ?? ''
}

function byRoom(files: string[]): Task[] {
  const names = [...new Set(files.map(roomOf))]
  return names.map((room) => [room, files.filter((file) => roomOf(file) === room)])
}

function test([room, files]: Task): boolean {
  const env = { ...process.env, MUTATION_ROOM: room, ...(files && { MUTATION_FILES: files.join(',') }) }
  execFileSync(stryker, ['run', 'test/mutation/stryker.config.js'], { cwd: root, env, stdio: 'inherit' })
  const figures = figuresOf(`${root}/artifacts/mutation/${room}.json`)
  for (const survivor of figures.survivors) console.log(describe(survivor))
  console.log(`${room}/: ${figures.killed} of ${figures.mutants} killed, score ${figures.score.toFixed(1)} %`)
  if (!files) writeRow(room, figures)
  return figures.score >= MIN_SCORE
}

const args = process.argv.slice(2)
const tasks: Task[] = args.includes('--changed')
  ? byRoom(changedFiles())
  : (args.length > 0 ? args : Object.keys(rooms)).map((room) => [room])
const passed = tasks.map(test)
process.exitCode = passed.every(Boolean) ? 0 : 1
