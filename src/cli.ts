#!/usr/bin/env node
import { runCommandLine } from './command/command-line.js'
import { createTerminal } from './command/terminal.js'

process.stdout.on('error', () => process.exit(0)) // nobody reads on: `| head`
process.exitCode = await runCommandLine(process.argv.slice(2), createTerminal(process))
