import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const secret = 'loopback-tests-only'

/** An audience belongs to a client here, and so does the lifetime of its tokens. */
export const clients = {
  worker: { id: 'messages-worker', secret },
  otherWorker: { id: 'invoices-worker', secret },
  hastyWorker: { id: 'hasty-worker', secret },
  opaqueWorker: { id: 'opaque-worker', secret },
  api: { id: 'messages-api', secret },
}

const messages = 'https://messages.northwind.com'
const invoices = 'https://invoices.northwind.com'

/** Writes all that the portal reads, into `folder`; answers with the path of the file to name to it. */
export function writeConfiguration(folder: string, portal: string): string {
  for (const name of ['conf', 'sessions/lock', 'psessions/lock'])
    mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'conf/lmConf-1.json'), JSON.stringify(configuration(folder, portal)))
  const ini = join(folder, 'lemonldap-ng.ini')
  writeFileSync(ini, iniFile(folder))
  return ini
}

const iniFile = (folder: string) => `[all]
logLevel = warn
checkTime = 1
[configuration]
type = File
dirName = ${folder}/conf
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
[handler]
useRedirectOnError = 1
`

function configuration(folder: string, portal: string): object {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return {
    cfgNum: 1,
    cfgDate: 1, // without a date the portal says that there is no configuration
    cfgVersion: '2.16.1',
    portal,
    domain: '127.0.0.1',
    cookieName: 'lemonldap',
    key: 'for tests on loopback only, please',
    authentication: 'Demo',
    userDB: 'Same',
    whatToTrace: '_whatToTrace',
    locationRules: {},
    exportedHeaders: {},
    macros: { _whatToTrace: 'lc($_user)' },
    ...storage(folder),
    issuerDBOpenIDConnectActivation: 1,
    oidcServicePrivateKeySig: privateKey,
    oidcServicePublicKeySig: publicKey,
    oidcServiceKeyIdSig: 'first',
    ...relyingParties(),
  }
}

function storage(folder: string): object {
  const directory = (name: string) => ({
    Directory: `${folder}/${name}`,
    LockDirectory: `${folder}/${name}/lock`,
  })
  return {
    globalStorage: 'Apache::Session::File',
    globalStorageOptions: {
      ...directory('sessions'),
      generateModule: 'Lemonldap::NG::Common::Apache::Session::Generate::SHA256',
    },
    persistentStorage: 'Apache::Session::File',
    persistentStorageOptions: directory('psessions'),
  }
}

function relyingParties(): object {
  const all = {
    [clients.worker.id]: options({ AdditionalAudiences: messages }),
    [clients.otherWorker.id]: options({ AdditionalAudiences: invoices }),
    [clients.hastyWorker.id]: options({ AdditionalAudiences: messages, AccessTokenExpiration: 2 }),
    [clients.opaqueWorker.id]: options({ AccessTokenJWT: 0 }),
    [clients.api.id]: options({}),
  }
  const scopes = { 'read:messages': '$requested', 'write:messages': '$requested' }
  return {
    oidcRPMetaDataOptions: Object.fromEntries(
      Object.entries(all).map(([id, make]) => [id, prefixed({ ClientID: id, ...make })]),
    ),
    oidcRPMetaDataScopeRules: Object.fromEntries(Object.keys(all).map((id) => [id, scopes])),
  }
}

const options = (more: Record<string, string | number>) => ({
  ClientSecret: secret,
  AllowClientCredentialsGrant: 1,
  AccessTokenJWT: 1,
  AccessTokenSignAlg: 'RS256',
  IDTokenSignAlg: 'RS256',
  ...more,
})

const prefixed = (options: Record<string, string | number>) =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [`oidcRPMetaDataOptions${name}`, value]))
