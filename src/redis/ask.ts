/** What every use of Redis here begins with. */
export interface Connection {
  /** False while the connection is down: nothing is queued then. */
  readonly isReady?: boolean
}

/** Sends commands and waits no longer than `seconds` for their answer. Rejects when Redis is down or slow. */
export async function ask<T>(redis: Connection, seconds: number, send: () => Promise<T>): Promise<T> {
  if (redis.isReady === false) throw new Error('Redis is not connected') // node-redis would queue without end
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Redis did not answer in time')), seconds * 1000)
  })
  try {
    return await Promise.race([send(), late])
  } finally {
    clearTimeout(timer)
  }
}
