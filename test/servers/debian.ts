import { execFileSync } from 'node:child_process'

/** The version that apt installed; it comes with the distribution and cannot be pinned. */
export function debianVersion(name: string): string | undefined {
  try {
    const status = execFileSync('dpkg-query', ['--status', name], { encoding: 'utf8', stdio: 'pipe' })
    return /^Version: (.*)$/m.exec(status)?.[1]
  } catch {
    return undefined
  }
}
