const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** An epoch second as local ISO time and how far it is: `2026-02-01T09:30:00+01:00, 2 hours 5 minutes ago`. */
export function moment(epochSeconds: number, now = Date.now() / 1000): string {
  return `${localTime(epochSeconds)}, ${distance(Math.round(epochSeconds - now))}`
}

/** A span in its two largest units. */
export function span(seconds: number): string {
  const first = UNITS.findIndex(([, size]) => seconds >= size)
  if (first === -1) return '0 seconds'
  let rest = Math.floor(seconds)
  const amounts = UNITS.slice(first, first + 2).map(([name, size]) => {
    const amount = Math.floor(rest / size)
    rest -= amount * size
    return amount === 0 ? '' : `${amount} ${name}${amount === 1 ? '' : 's'}`
  })
  return amounts.filter(Boolean).join(' ')
}

function distance(seconds: number): string {
  if (seconds === 0) return 'now'
  return seconds < 0 ? `${span(-seconds)} ago` : `in ${span(seconds)}`
}

function localTime(epochSeconds: number): string {
  const date = new Date(epochSeconds * 1000)
  if (Number.isNaN(date.getTime())) return 'beyond any calendar'
  const offset = -date.getTimezoneOffset()
  const shifted = new Date(date.getTime() + offset * 60_000)
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60]
  const zone = `${offset < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(minutes)}`
  return Number.isNaN(shifted.getTime())
    ? 'beyond any calendar'
    : shifted.toISOString().replace(/\.\d+Z$/, zone)
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}
