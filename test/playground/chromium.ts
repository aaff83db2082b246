import { accessSync, constants } from 'node:fs'
import { chromium } from 'playwright-core'

const executablePath = '/usr/bin/chromium'
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

function isInstalled(): boolean {
  try {
    accessSync(executablePath, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Why there can be no browser test; nothing when there can, and in CI, where it must not be left out. */
export const missing = isInstalled() || process.env.CI ? undefined : `${executablePath} is not installed`

export function launchChromium() {
  return chromium.launch({ executablePath, args })
}
