/**
 * The environments, as data. A row copies `projects/<project>` and the kit into a folder of its area, whose packages it
 * uses, and runs its commands there.
 *
 * `kit`: the file that the kit is wanted as; `.ts` as it is written, else compiled.
 * `tsconfig`: what to write into a tsconfig.json. `manifest`: what to write into a package.json.
 * `files`: folders of the repository to copy too. `todo`: why the row may fail today.
 */
const JEST_ESM = 'node --experimental-vm-modules ../node_modules/jest/bin/jest.js --testMatch **/kit.test.mjs'

const jest = ['express5', 'express4'].flatMap((area) => {
  const version = area === 'express5' ? 30 : 29
  const run = ['jest']
  return [
    {
      name: `jest-${version}`,
      area,
      project: 'jest-plain',
      kit: 'kit.cjs',
      snippetsOf: 'docs/testing.md',
      run,
    },
    { name: `jest-${version}-esm`, area, project: 'jest-esm', kit: 'kit.mjs', run: [JEST_ESM] },
    { name: `babel-jest-${version}`, area, project: 'babel-jest', kit: 'kit.js', run },
    { name: `ts-jest-${version}`, area, project: 'ts-jest', kit: 'kit.ts', run },
  ]
})

const runtimes = [
  { name: 'node-esm', project: 'node-esm', kit: 'kit.mjs', run: ['node main.mjs'] },
  { name: 'node-cjs', project: 'node-cjs', kit: 'kit.cjs', run: ['node main.cjs'] },
  {
    name: 'bin',
    project: 'node-esm',
    kit: 'kit.mjs',
    run: ['require-auth --version', 'require-auth --help'],
  },
  { name: 'node-test', project: 'node-test', kit: 'kit.mjs', run: ['node --test'] },
  { name: 'vitest', project: 'vitest', kit: 'kit.mjs', run: ['vitest run'] },
  { name: 'mocha', project: 'mocha', kit: 'kit.cjs', run: ['mocha kit.test.cjs'] },
  { name: 'tsx-cjs', project: 'typescript', kit: 'kit.ts', run: ['tsx main.ts'] },
  {
    name: 'tsx-esm',
    project: 'typescript',
    kit: 'kit.ts',
    manifest: { type: 'module' },
    run: ['tsx main.ts'],
  },
  {
    name: 'two-forms',
    project: 'forms',
    kit: 'kit.mjs',
    run: ['node main.mjs express-require-auth'],
  },
  {
    name: 'two-copies',
    project: 'forms',
    kit: 'kit.mjs',
    copyOfPackage: 'plugin/node_modules/express-require-auth',
    run: ['node main.mjs ./plugin/node_modules/express-require-auth'],
  },
]

const bundle = (name, ...run) => ({ name, project: 'node-esm', kit: 'kit.mjs', run })

const bundlers = [
  bundle(
    'esbuild-esm',
    'esbuild main.mjs --bundle --platform=node --format=esm --splitting --outdir=esm --external:express --external:supertest --external:http-errors --out-extension:.js=.mjs',
    'node esm/main.mjs',
  ),
  {
    ...bundle('esbuild', 'esbuild main.cjs --bundle --platform=node --outfile=out.cjs', 'node out.cjs'),
    project: 'node-cjs',
    kit: 'kit.cjs',
  },
  bundle(
    'webpack',
    'webpack build --mode production --target node20 --entry ./main.mjs --output-path ./out',
    'node out/main.js',
  ),
]

/** Between the oldest and 5.9, with fewer settings each. */
const BETWEEN = ['5.3', '5.4', '5.5', '5.6', '5.7', '5.8']
const TYPESCRIPTS = {
  ...Object.fromEntries(['5.2', ...BETWEEN, '6.0'].map((version) => [version, `typescript-${version}`])),
  5.9: 'typescript',
  newest: 'typescript-7',
}
const STRICT = {
  target: 'ES2022',
  lib: ['ES2023'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  esModuleInterop: true,
  types: ['node'],
  outDir: 'built',
}

/** Compiles under one TypeScript against both majors of Express's types, and runs what came out. */
function typescript(setting, version, options, manifest = {}) {
  const tsc = `node ../../express5/node_modules/${TYPESCRIPTS[version]}/bin/tsc`
  return ['express4', 'express5'].map((area) => ({
    name: `ts-${version}-${setting}-${area}`,
    area,
    project: 'typescript',
    kit: 'kit.ts',
    manifest,
    tsconfig: { compilerOptions: { ...STRICT, ...options } },
    run: [tsc, 'node built/main.js'],
  }))
}

const node10 = { module: 'commonjs', moduleResolution: 'node10' }
const ES_MODULES = { type: 'module' }

const compilers = [
  ...['5.2', '5.9'].flatMap((version) => typescript('commonjs', version, node10)),
  ...BETWEEN.flatMap((version) => [
    ...typescript('commonjs', version, node10),
    ...typescript('nodenext', version, { module: 'nodenext' }, ES_MODULES),
  ]),
  ...['6.0', 'newest'].flatMap((version) => typescript('commonjs', version, { module: 'commonjs' })),
  ...['5.2', '5.9', '6.0', 'newest'].flatMap((version) => [
    ...typescript('node16-cjs', version, { module: 'node16' }),
    ...typescript('node16-esm', version, { module: 'node16' }, ES_MODULES),
    ...typescript('nodenext', version, { module: 'nodenext' }, ES_MODULES),
    ...typescript('bundler', version, { module: 'esnext', moduleResolution: 'bundler' }, ES_MODULES),
  ]),
  ...['5.9', '6.0', 'newest'].flatMap((version) =>
    typescript('preserve', version, { module: 'preserve' }, ES_MODULES),
  ),
]

/** Ours beside packages, and an application, that give `req.auth` a type of their own. */
const neighbours = ['mcp', 'jwt-bearer', 'express-jwt', 'own-augmentation', 'global', 'without-global'].map(
  (name) => {
    const compilerOptions = { ...STRICT, module: 'nodenext', noEmit: true }
    const tsconfig = { compilerOptions, files: [`${name}.ts`] }
    const [older, newest] = ['5.9', 'newest'].map(
      (version) => `node ../node_modules/${TYPESCRIPTS[version]}/bin/tsc`,
    )
    const run = [older, newest, `${newest} -p . --skipLibCheck true`]
    return { name: `types-${name}`, project: 'neighbours', tsconfig, run }
  },
)

/** An example of the repository, asked by a project of its name. `answers.ts` is what they share. */
const example = (name, area) => ({
  name,
  area,
  project: name,
  files: [`examples/${name}`, 'test/package/projects/answers'],
  manifest: ES_MODULES,
  tsconfig: { compilerOptions: { ...STRICT, module: 'nodenext', skipLibCheck: true, noEmit: true } },
  run: [`node ../../express5/node_modules/${TYPESCRIPTS.newest}/bin/tsc`, 'tsx main.ts'],
})

const frameworks = [
  example('fastify', 'express5'),
  example('aws-lambda', 'express5'),
  example('nextjs', 'next'),
  { name: 'nestjs', files: ['examples/nestjs'], run: ['tsc --noEmit', 'jest --config test/jest-e2e.json'] },
]

const linters = [
  { name: 'size', project: 'size', run: ['node main.mjs'] },
  { name: 'publint', area: 'repository', run: ['publint --strict TARBALL'] },
  { name: 'arethetypeswrong', area: 'repository', run: ['attw TARBALL'] },
]

export const rows = [
  ...runtimes,
  ...jest,
  ...compilers,
  ...neighbours,
  ...bundlers,
  ...frameworks,
  ...linters,
].map((row) => ({
  area: 'express5',
  ...row,
}))
