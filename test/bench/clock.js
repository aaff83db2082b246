// Preloaded into a server under test: moves the time that it reads forward, on command. What is moved are
// Date, performance.now and process.hrtime; timers (setTimeout, AbortSignal.timeout) go on in real time.
let offset = 0 // milliseconds

const RealDate = Date
const now = () => RealDate.now() + offset
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length ? args : [now()], newTarget),
  get: (target, name) => (name === 'now' ? now : target[name]),
})

const realPerformanceNow = performance.now.bind(performance)
performance.now = () => realPerformanceNow() + offset

const realHrtime = process.hrtime.bigint
const hrtime = (since) => {
  const nanoseconds = hrtime.bigint() - (since ? BigInt(since[0]) * 1_000_000_000n + BigInt(since[1]) : 0n)
  return [Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n)]
}
hrtime.bigint = () => realHrtime() + BigInt(offset) * 1_000_000n
process.hrtime = hrtime

globalThis.advanceClock = (seconds) => {
  offset += seconds * 1000
}
