import { aptInstall, canInstallPackages, hasCommand, run } from './tools.js'

/** Why there is no Maven here, nor can be. */
export function mavenAvailable(): true | string {
  return (hasCommand('mvn') && hasCommand('java')) || canInstallPackages() || 'it needs Maven and Java 17'
}

/** Runs Maven, which is installed when it is missing. It fails when a checksum is wrong. */
export async function maven(...args: string[]): Promise<void> {
  if (!hasCommand('java')) await aptInstall('openjdk-17-jdk-headless')
  if (!hasCommand('mvn')) await aptInstall('maven')
  await run('mvn', ['--batch-mode', '--no-transfer-progress', '--strict-checksums', ...args])
}
