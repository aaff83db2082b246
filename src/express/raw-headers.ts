/**
 * Whether a header was sent more than once. Of some, Node keeps the first and drops the others silently; a proxy may have
 * judged those. Serverless adapters have no raw headers: there is nothing to count.
 *
 * @param name In lower case.
 */
export function isRepeated(rawHeaders: readonly string[] | undefined, name: string): boolean {
  if (rawHeaders === undefined) return false
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const sent = rawHeaders[i] as string
    if (sent.length === name.length && sent.toLowerCase() === name) count += 1
  }
  return count > 1
}
