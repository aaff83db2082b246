import base from './stryker.config.js'
export default {
  ...base,
  tempDirName: 'artifacts/san',
  incremental: false,
  jsonReporter: { fileName: 'artifacts/mutation/jose-lines.json' },
}
