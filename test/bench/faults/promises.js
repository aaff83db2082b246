const timeoutSeconds = 5
const cooldownSeconds = 10
const mostGrowth = 5 // MB

/** What ours owes in this fault and failed to give, as sentences. */
export function brokenPromises(fault, seen) {
  const checks = [...answerChecks(fault, seen), ...promptnessChecks(seen)]
  if (seen.flood) checks.push(...floodChecks(seen))
  return checks.filter(([kept]) => !kept).map(([, sentence]) => sentence)
}

function answerChecks({ owes }, { valid, after }) {
  const { sent, right, others } = valid
  return [
    [owes !== 'serve' || right === sent, `${sent - right} valid requests were not answered 200`],
    [owes === 'limits' || !others[401], `${others[401]} valid tokens were answered 401`],
    [!others.none, `${others.none} valid requests were not answered`],
    [!after || after.right === after.sent, 'valid requests failed after the issuer was back'],
  ]
}

/** `lagSeconds` is how long sender and server were kept from running: a busy machine answers no sooner. */
function promptnessChecks({ valid, counts, lagSeconds }) {
  const limit = timeoutSeconds + 0.5 + lagSeconds
  return [
    [valid.slowest <= limit, `the slowest answer took ${valid.slowest.toFixed(1)} of ${limit.toFixed(1)} s`],
    [counts.mostInFlight <= 1, `${counts.mostInFlight} fetches were in flight at once`],
  ]
}

function floodChecks({ flood, counts, seconds, memory }) {
  const allowed = 1 + Math.floor(seconds / cooldownSeconds)
  return [
    [flood.right === flood.sent, `${flood.sent - flood.right} forged requests were not answered 401`],
    [counts.jwks <= allowed, `${counts.jwks} key sets were fetched in ${seconds.toFixed(1)} s`],
    [memory.heap <= mostGrowth, `memory grew by ${memory.heap.toFixed(1)} MB`],
  ]
}
