interface Equivalent {
  /** The line of code, as it stands there. */
  line: string
  /** What Stryker puts into it. */
  to: readonly string[]
  why: string
}

/** Mutants that no test can tell from the code, by file. They do not count in the score. */
export const equivalent: Readonly<Record<string, readonly Equivalent[]>> = {
  'token/claims.ts': [
    {
      line: "const members = typeof cnf === 'object' && cnf !== null ? Object.entries(cnf) : []",
      to: ['true', '["Stryker was here"]'],
      why: 'texts and numbers have no member of a known name, and neither has a text for a member',
    },
  ],
  'token/client-authentication.ts': [
    {
      line: '.setProtectedHeader({ alg, ...(kid !== undefined && { kid }) })',
      to: ['true'],
      why: 'JSON leaves undefined out; the condition tells TypeScript',
    },
  ],
  'token/introspection-request.ts': [
    {
      line: "known ?? discoveries.run('introspection_endpoint', () => discover(transport)),",
      to: ['""'],
      why: 'the one key of a map that has no other',
    },
  ],
  'token/introspection.ts': [
    {
      line: "if (isUsable(known)) ('refused' in known ? refused : accepted).set(digest, known)",
      to: ['true'],
      why: 'what is over is not used when it is found either, and only takes room',
    },
    {
      line: 'const named = name === undefined ? [] : [name, `https://${name}/`]',
      to: ['false', '["Stryker was here"]'],
      why: 'no issuer has the name undefined, which its own check refuses, nor that of Stryker',
    },
    {
      line: 'if (!isAuthError(error)) throw error',
      to: ['false'],
      why: 'judging an answer throws nothing else',
    },
  ],
  'token/jwt.ts': [
    {
      line: 'if (header !== verifiedBefore?.header) verifiedBefore = knownHeader(token, header)',
      to: ['true', 'false', 'header === verifiedBefore?.header'],
      why: 'a cache: without it the header is parsed again',
    },
  ],
  'token/kind.ts': [
    {
      line: 'return mark !== undefined && !MARKS[name]?.(mark)',
      to: ['MARKS[name](mark)'],
      why: 'every name is one of MARKS; the question mark is for TypeScript',
    },
  ],
  'token/signed-answer.ts': [
    {
      line: 'if (!isAuthError(error) || error.status >= 500) throw error',
      to: ['error.status > 500'],
      why: 'no refusal has status 500',
    },
    {
      line: "const type = typeof typ === 'string' ? typ.toLowerCase() : ''",
      to: ['"Stryker was here!"'],
      why: 'no media type of an answer either',
    },
  ],
  'issuer/discovery.ts': [
    {
      line: 'error instanceof FetchError &&',
      to: ['true', 'error instanceof FetchError || error.status !== undefined'],
      why: 'for the compiler: fetchJson throws nothing else, and the statuses are listed',
    },
    {
      line: 'error.status !== undefined &&',
      to: ['true'],
      why: 'for the compiler: the list has no undefined',
    },
  ],
  'issuer/key-download.ts': [
    {
      line: "let discovered = { jwksUri: '', until: 0 }",
      to: ['{}', '"Stryker was here!"'],
      why: 'nothing but an address is looked for in it until one was discovered',
    },
  ],
  'issuer/key-set.ts': [
    {
      line: 'export const emptyKeySet: KeySet = keySetOf([], [])',
      to: ['["Stryker was here"]'],
      why: 'only sets that were read are asked for their ambiguous kids',
    },
  ],
  'issuer/key-source.ts': [
    {
      line: 'return found === failed ? undefined : found',
      to: ['false'],
      why: 'the signature fails under the same key again, which costs more',
    },
    {
      line: '() => false,',
      to: ['() => undefined'],
      why: 'it is only asked whether it is true',
    },
  ],
  'issuer/key-store.ts': [
    {
      line: "return now >= dueAt ? 'due' : 'fresh'",
      to: ['""'],
      why: 'the name of the age that is none of the three others',
    },
    {
      line: 'if (store.underWay || !mayRefresh(store)) return',
      to: ['false', 'store.underWay && !mayRefresh(store)'],
      why: 'refresh joins the one under way and fails in a pause without a fetch, which costs more',
    },
  ],
  'express/forwarded-certificate.ts': [
    { line: '} catch {', to: ['{}'], why: 'undefined without the word' },
    {
      line: "const [hash = ''] = hashes ?? []",
      to: ['"Stryker was here!"', '["Stryker was here"]'],
      why: 'for TypeScript: without a hash the next line returns by the number of hashes',
    },
    {
      line: "const [, key, text = ''] = PAIR.exec(value) ?? []",
      to: ['"Stryker was here!"', '["Stryker was here"]'],
      why: 'neither text is a hash, and a list of one text has no key either',
    },
    {
      line: 'const [, base64] = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(value.trim()) ?? []',
      to: ['["Stryker was here"]'],
      why: 'a list of one text has no second part either',
    },
  ],
  'express/read-request.ts': [
    {
      line: 'if (isHeaderOnly) return present(req, fromHeader(req, schemes))',
      to: ['false'],
      why: 'the same by way of a list of one place, which costs more',
    },
    {
      line: 'if (authorization === undefined) return undefined',
      to: ['false'],
      why: 'in schemeOf: the patterns read it as the text "undefined", which is no scheme',
    },
    {
      line: 'if (scheme === undefined || !schemes.includes(scheme)) return undefined',
      to: ['false'],
      why: 'no list of schemes includes undefined; the first half tells TypeScript',
    },
    {
      line: "const token = authorization.slice(scheme.length).replace(/^ +/, '')",
      to: ['/ +/'],
      why: 'what has its first space later is refused in the next line',
    },
  ],
  'express/admission.ts': [
    {
      line: 'if (events.listening) events.emit(refusedEvent(error, 0))',
      to: ['true'],
      why: 'an event for nobody, which costs more',
    },
    {
      line: 'if (!events.listening) return',
      to: ['false'],
      why: 'an event for nobody, which costs more',
    },
    {
      line: 'if (events.listening) events.emit(refusedEvent(error, secondsSince(startedAt)))',
      to: ['true'],
      why: 'an event for nobody, which costs more',
    },
  ],
  'express/claim-path.ts': [
    {
      line: "if (typeof claim !== 'object' || claim === null || typeof wanted !== 'string') return false",
      to: ['false'],
      why: 'texts, numbers and booleans have no member that is an object; claims are JSON, which has no undefined',
    },
  ],
  'express/raw-headers.ts': [
    {
      line: 'if (sent.length === name.length && sent.toLowerCase() === name) count += 1',
      to: ['true'],
      why: 'the second comparison says the same, which costs more',
    },
  ],
  'express/request-url.ts': [
    {
      line: "const named = isForwarded ? forwarded.split(',', 1)[0]?.trim() : sentHost(req)",
      to: ["forwarded.split(',', 1)[0].trim"],
      why: 'a text always has a first part',
    },
    {
      line: 'return end < 0 ? target : target.slice(0, end)',
      to: ['end <= 0'],
      why: 'every path begins with a slash, so that no query stands at 0',
    },
  ],
  'express/resource-metadata.ts': [
    {
      line: "const [path = '', query = ''] = originalUrl.split('?', 2)",
      to: ['"Stryker was here!"'],
      why: 'a URL always has a path, and where it has no query any text is another than that of the resource',
    },
  ],
  'jose/algorithms.ts': [
    {
      line: 'const isLong = (key.asymmetricKeyDetails?.modulusLength ?? 0) > MAX_FAST_RSA_BITS',
      to: ['(key.asymmetricKeyDetails?.modulusLength ?? 0) >= MAX_FAST_RSA_BITS'],
      why: 'says on which thread a key of just that size verifies',
    },
    {
      line: 'const isLong = (key.asymmetricKeyDetails?.modulusLength ?? 0) > MAX_FAST_RSA_BITS',
      to: ['key.asymmetricKeyDetails.modulusLength'],
      why: 'Node knows the details of every public key',
    },
  ],
  'jose/compact-jws.ts': [
    {
      line: 'for (let at = 0; at < json.length; at++) {',
      to: ['at <= json.length'],
      why: 'no character stands behind the end',
    },
    {
      line: 'export function knownHeader(jws: string, header: JsonObject): KnownHeader {',
      to: ['{}'],
      why: 'a cache: without it the header is parsed again',
    },
    {
      line: "return { text: jws.slice(0, jws.indexOf('.')), header }",
      to: ['{}', '""', 'jws'],
      why: 'a cache: without it the header is parsed again',
    },
    {
      line: 'header: header === known?.text ? known.header : parseObject(decode(header)),',
      to: ['false'],
      why: 'a cache: without it the header is parsed again',
    },
    {
      line: 'if (header === undefined) return false',
      to: ['false'],
      why: 'the same by way of an error, which costs more',
    },
    {
      line: '} catch {',
      to: ['{}'],
      why: 'undefined, which the caller takes for false or refuses the same way',
    },
  ],
  'jose/signature.ts': [
    { line: "const signed = Buffer.from(signingInput, 'latin1')", to: ['""'], why: 'base64url is ASCII' },
  ],
  'jose/verification-key.ts': [
    { line: '} catch {', to: ['{}'], why: 'undefined without the word' },
    {
      line: 'return first === -1 ? 0 : (bytes.length - first - 1) * 8 + (32 - Math.clz32(bytes[first] as number))',
      to: ['false'],
      why: 'without a first byte the sum is 0 for no bytes, and a modulus of zeros is refused at its import',
    },
  ],
  'options/checks.ts': [
    {
      line: "if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(name, expected, value)",
      to: ['false'],
      why: 'what is no number is not finite either; the first half tells TypeScript',
    },
    {
      line: 'const list = Array.isArray(value) ? value : []',
      to: ['["Stryker was here"]'],
      why: 'no allowed value is in it either',
    },
  ],
  'refusal/challenge.ts': [
    {
      line: 'if (challengeParamsOf(refusal)) return write(refusal)',
      to: ['true'],
      why: 'a cache: without it the same challenge is written again',
    },
    {
      line: "const algs = scheme === 'DPoP' ? `, algs=\"${dpop?.algorithms.join(' ')}\"` : ''",
      to: ['dpop.algorithms'],
      why: 'the scheme is offered only where dpop is on',
    },
    {
      line: "if (refusal.status < 500) refusal.headers = { ...refusal.headers, 'WWW-Authenticate': challenger(refusal) }",
      to: ['refusal.status <= 500'],
      why: 'no refusal has status 500',
    },
  ],
  'refusal/errors.ts': [
    {
      line: 'if (!isAuthError(error)) throw error',
      to: ['false'],
      why: 'the work that requests share rejects with nothing else',
    },
  ],
  'refusal/events.ts': [
    {
      line: 'return onEvent !== undefined || diagnostics.hasSubscribers',
      to: ['true'],
      why: 'spares events that nobody gets',
    },
    { line: 'const result = onEvent?.(event)', to: ['onEvent(event)'], why: 'the error is caught' },
    { line: 'if (result instanceof Promise) result.catch(ignore)', to: ['true'], why: 'the error is caught' },
  ],
  'guard/judge.ts': [
    {
      line: "if (!issuers.perRequest) return confirm(known, digest, 'cache')",
      to: ['false'],
      why: 'spares looking up an issuer that is still the same',
    },
    {
      line: "return hash('sha256', token, 'base64url')",
      to: ['""'],
      why: 'another text for the same digest',
    },
    {
      line: "if (end === 0 || (end > 0 && token.slice(end) !== '='.repeat(token.length - end))) {",
      to: ['end >= 0'],
      why: '0 was met before',
    },
  ],
  'guard/request-checks.ts': [
    {
      line: 'const hosts = [...new Set((evidence?.urls ?? []).flatMap(hostnameOf))]',
      to: ['evidence.urls', '["Stryker was here"]'],
      why: 'with bindIssuerToHost there is evidence; the text is no URL, and has no host',
    },
    {
      line: 'if (!bindIssuerToHost && !checkBinding && !isRevoked) return (judged) => judged',
      to: ['false'],
      why: 'a shorter way to the same, where nothing is checked',
    },
  ],
  'guard/options.ts': [
    {
      line: "url && /^https?:$/.test(url.protocol) && !/[?#\\s]/.test(value as string) && url.username === ''",
      to: ['/^https?:/'],
      why: 'a protocol has its colon at the end',
    },
    {
      line: "const host = typeof value === 'string' ? value.toLowerCase() : ''",
      to: ['"Stryker was here!"'],
      why: 'no host either',
    },
    {
      line: "maxTokenAgeSeconds: maybe(seconds({ min: 'above 0', max: 2_592_000 })),",
      to: ['""'],
      why: 'anything but 0',
    },
    {
      line: 'httpHosts: or<readonly string[], readonly string[]>([], listOf(httpHost)),',
      to: ['["Stryker was here"]'],
      why: 'no host has that name',
    },
    {
      line: "jwks: or(() => checked(JWKS_FIELDS, {}, { name: 'jwks' }), options(JWKS_FIELDS)),",
      to: ['{}', '""'],
      why: 'the name is for errors, and no option is no error',
    },
  ],
  'proof/binding.ts': [
    {
      line: "if (!mtls) throw authError('binding_unsupported')",
      to: ['false', '""'],
      why: 'the check of the claims refuses such a token before',
    },
    {
      line: "if (!checkProof) throw authError('binding_unsupported')",
      to: ['false', '""'],
      why: 'the check of the claims refuses such a token before',
    },
    {
      line: 'const certificate = find ? find(context as never) : evidence?.certificate',
      to: ['evidence.certificate'],
      why: 'only requests lack evidence, and these have a function that finds the certificate',
    },
  ],
  'proof/client-certificate.ts': [{ line: '} catch {', to: ['{}'], why: 'undefined without the word' }],
  'proof/dpop-options.ts': [
    {
      line: "maxAgeSeconds: or(300, seconds({ min: 'above 0', max: 3600 })),",
      to: ['""'],
      why: 'the text is for readers: only 0 means another limit',
    },
  ],
  'proof/dpop-proof.ts': [
    {
      line: 'if (header === known?.header) return { jws, header: known, claims }',
      to: ['false'],
      why: 'a cache: without it the header is checked again',
    },
  ],
  'proof/dpop.ts': [
    {
      line: "if (evidence?.proof === undefined) throw authError('proof_missing')",
      to: ['evidence.proof'],
      why: 'where dpop is on, every token comes with evidence',
    },
    {
      line: 'const key = proof.header === memory.header ? memory.key : undefined',
      to: ['false'],
      why: 'a cache: without it the key is imported again',
    },
    {
      line: 'if (former) return former',
      to: ['false'],
      why: 'a cache: without it the token is hashed and the key imported again',
    },
    {
      line: "const memory = { jkt: bound.claims.cnf?.jkt, ath: hash('sha256', bound.token, 'base64url') }",
      to: ['bound.claims.cnf.jkt'],
      why: 'only tokens with cnf.jkt come here',
    },
    {
      line: 'createdAt !== undefined &&',
      to: ['true'],
      why: 'undefined is before no time either; the line tells TypeScript',
    },
  ],
  'proof/target-uri.ts': [
    {
      line: 'if (one === other) return true',
      to: ['false'],
      why: 'the next comparison says the same, which costs more',
    },
    {
      line: "return path.includes('%') ? path.replace(/%[0-9a-f]{2}/gi, normalisedOctet) : path",
      to: ['""'],
      why: 'without a percent sign nothing is replaced either, which costs more',
    },
    {
      line: 'return /[A-Za-z0-9\\-._~]/.test(character) ? character : octet.toUpperCase()',
      to: ['octet.toLowerCase()'],
      why: 'both sides of the comparison get one case, whichever it is',
    },
  ],
  'redis/commands.ts': [
    { line: 'isDown: () => false,', to: ['() => undefined'], why: 'the caller takes undefined for false' },
  ],
  'redis/denylist.ts': [
    {
      line: 'return iat !== undefined && iat >= issuedBefore',
      to: ['true'],
      why: 'undefined is not later either; the first half tells TypeScript',
    },
    {
      line: "timeoutSeconds: or(1, seconds({ min: 'above 0', max: 60 })),",
      to: ['""'],
      why: 'every minimum but 0 refuses 0, in the same words',
    },
    {
      line: "keepSeconds: or(2_592_000, seconds({ min: 'above 0', max: 31_622_400 })),",
      to: ['""'],
      why: 'every minimum but 0 refuses 0, in the same words',
    },
    {
      line: "const digest = hash('sha256', token, 'base64url')",
      to: ['""'],
      why: 'as text with characters lost it still tells any two tokens apart that can be found',
    },
  ],
  'redis/replay-store.ts': [
    {
      line: "timeoutSeconds: or(1, seconds({ min: 'above 0', max: 60 })),",
      to: ['""'],
      why: 'every minimum but 0 refuses 0, in the same words',
    },
  ],
  'issuer/jwks-options.ts': [
    {
      line: "maxAgeSeconds: or(600, seconds({ min: 'above 0', max: 43_200 })),",
      to: ['""'],
      why: 'every minimum but 0 refuses 0, in the same words',
    },
    {
      line: "cooldownSeconds: or(10, seconds({ min: 'above 0', max: 3600 })),",
      to: ['""'],
      why: 'every minimum but 0 refuses 0, in the same words',
    },
    {
      line: "timeoutSeconds: or(5, seconds({ min: 'above 0', max: 60 })),",
      to: ['""'],
      why: 'every minimum but 0 refuses 0, in the same words',
    },
  ],
  'issuer/issuer-name.ts': [
    {
      line: 'return url.replace(/^[^/]*\\/\\/[^/?#]*/, (authority) => authority.toLowerCase())',
      to: ['/[^/]*\\/\\/[^/?#]*/'],
      why: 'the first match is at the start',
    },
  ],
  'issuer/issuers.ts': [
    {
      line: "if (!events.listening || typeof unverifiedIssuer !== 'string') return",
      to: ['false', "!events.listening && typeof unverifiedIssuer !== 'string'"],
      why: 'spares events that nobody gets; what is no text is near to no name either',
    },
    {
      line: "const name = typeof setting === 'string' ? setting : JSON.stringify(setting)",
      to: ['false', '""'],
      why: 'the JSON of a text tells it apart as well',
    },
  ],
  'issuer/setting.ts': [
    {
      line: 'tokenTypes: or<readonly string[], readonly string[]>([], listOf(text)),',
      to: ['["Stryker was here"]'],
      why: 'no token has that typ',
    },
    {
      line: "if (typeof setting === 'string') return checked(FIELDS, { issuer: setting }, { name: 'issuer', prefix: '' })",
      to: ['""'],
      why: 'the name is for options that are unknown, and there is one that is known',
    },
  ],
}
