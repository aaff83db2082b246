import { readFileSync, writeFileSync } from 'node:fs'
import type { GuidedTarget } from './target.js'
import { certificate } from './targets/certificate.js'
import { compactJws } from './targets/compact-jws.js'
import { header } from './targets/header.js'
import { jwkSet } from './targets/jwk-set.js'
import { metadata } from './targets/metadata.js'
import { proof } from './targets/proof.js'

export const guidedTargets: readonly GuidedTarget[] = [
  header,
  compactJws,
  jwkSet,
  metadata,
  proof,
  certificate,
]

const corpusFile = ({ name }: GuidedTarget) => new URL(`corpus/${name}.json`, import.meta.url)

/** Inputs that reached new code when they were found, and those that once showed a fault. */
export function corpusOf(target: GuidedTarget): string[] {
  return [target.good, ...JSON.parse(readFileSync(corpusFile(target), 'utf8'))]
}

export function saveCorpus(target: GuidedTarget, inputs: readonly string[]): void {
  const kept = inputs.filter((input) => input !== target.good)
  writeFileSync(corpusFile(target), `${JSON.stringify(kept, null, 2)}\n`)
}
