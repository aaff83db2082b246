// Of what the tests use: the package has no types of its own.
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'

  export interface Configuration {
    [name: string]: unknown
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration)
    callback(): RequestListener
  }

  export default Provider
}
