interface Equivalent {
  /** The line of code, as it stands there. */
  line: string
  /** What Stryker puts into it. */
  to: readonly string[]
  why: string
}

/** Mutants that no test can tell from the code, by file. They do not count in the score. */
export const equivalent: Readonly<Record<string, readonly Equivalent[]>> = {
  'jose/algorithms.ts': [
    {
      line: 'const isLong = (key.asymmetricKeyDetails?.modulusLength ?? 0) > MAX_FAST_RSA_BITS',
      to: ['key.asymmetricKeyDetails.modulusLength'],
      why: 'Node knows the details of every public key',
    },
  ],
  'jose/compact-jws.ts': [
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
  'redis/commands.ts': [
    { line: 'isDown: () => false,', to: ['() => undefined'], why: 'the caller takes undefined for false' },
  ],
  'redis/denylist.ts': [
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
}
