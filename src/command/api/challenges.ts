/** One challenge of a `WWW-Authenticate` header. Names are in lower case. */
export interface Challenge {
  scheme: string
  params: ReadonlyMap<string, string>
}

/** A token, and what is assigned to it: a quoted string, or anything up to a comma or a space. */
const PART = /([!#$%&'*+.^_`|~A-Za-z0-9-]+)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?/g

/** Reads the challenges of a header, as far as it can be read. @see RFC 9110 §11.6.1 */
export function challengesOf(header: string): Challenge[] {
  const challenges: { scheme: string; params: Map<string, string> }[] = []
  for (const [whole, name = '', quoted, bare] of header.matchAll(PART)) {
    if (!whole.includes('=')) challenges.push({ scheme: name.toLowerCase(), params: new Map() })
    else challenges.at(-1)?.params.set(name.toLowerCase(), unescaped(quoted) ?? bare ?? '')
  }
  return challenges
}

function unescaped(quoted: string | undefined): string | undefined {
  return quoted?.replaceAll(/\\(.)/g, '$1')
}
