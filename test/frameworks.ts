import express from 'express'
import express4 from 'express4'
import express421 from 'express421'

/** Every Express that is supported: the newest of each line, and the oldest of all. */
export const frameworks = [
  ['Express 5', express],
  ['Express 4.22', express4],
  ['Express 4.21', express421],
] as const
