export const title = 'bare Express app'
export const packages = []

export function protect() {}
