export const title = 'a middleware that only calls `next()`'
export const packages = []
export const note = 'A yardstick: what Express charges for any middleware.'

export function protect() {
  return function goOn(_req, _res, next) {
    next()
  }
}
