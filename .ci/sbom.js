// Prints the bill of materials of what users get, in CycloneDX. npm's own `--omit dev` lists nothing for a package
// with development dependencies (npm 11.19), so these are left out here.
import { execFileSync } from 'node:child_process'

const DEVELOPMENT = 'cdx:npm:package:development'
const output = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
  encoding: 'utf8',
  maxBuffer: 100_000_000,
})
const { metadata, components, dependencies, ...head } = JSON.parse(output)
metadata.component.name = process.env.npm_package_name // npm writes the name of the folder

const shipped = components.filter(({ properties }) => !properties.some(({ name }) => name === DEVELOPMENT))
const refs = new Set([metadata.component, ...shipped].map((component) => component['bom-ref']))
const among = dependencies
  .filter(({ ref }) => refs.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }))

console.log(JSON.stringify({ ...head, metadata, components: shipped, dependencies: among }, undefined, 2))
