// Asks the registry for known vulnerabilities of what this package brings along. A mirror that keeps no advisories
// answers 405 to the question: then there is nothing to judge by, and the run says so. Every other failure counts.
import { spawnSync } from 'node:child_process'

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' })
const { statusCode, uri = '', message, metadata } = JSON.parse(stdout)
const hasNoAdvisories = statusCode === 405 && uri.endsWith('/-/npm/v1/security/advisories/bulk')
const found = metadata?.vulnerabilities?.total

if (hasNoAdvisories) console.log(`Not audited: the registry has no audit (${message})`)
else console.log(found === 0 ? 'No known vulnerabilities' : stdout)
process.exitCode = hasNoAdvisories || found === 0 ? 0 : 1
