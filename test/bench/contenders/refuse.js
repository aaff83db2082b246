const onTheSpot = (res) => res.status(401).json({ ok: false })

/** With an error that costs no more than an error must: no peer looks slower for the way of its error. */
const throughExpress = (_res, next) => next(Object.assign(new Error('Unauthorized'), { status: 401 }))

/**
 * How a contender that refuses by itself answers 401: on the spot, as its documentation has it, or, as `NAME@next`,
 * through Express's error handling, as express-require-auth does.
 */
export function refusing(variant) {
  return variant === 'next' ? throughExpress : onTheSpot
}
