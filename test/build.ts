import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'

/** Compiles once before all tests: those of the command run what is published, not a build of another day. */
export default function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: resolve(import.meta.dirname, '..'),
    stdio: 'inherit',
  })
}
