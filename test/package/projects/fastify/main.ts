import request from 'supertest'
import { checkAnswers } from './answers.js'

checkAnswers('/messages', async () => {
  const { createApp } = await import('./app.js')
  const app = await createApp()
  await app.ready() // and not app.inject(): Express puts prototypes of its own in place of inject's
  return async (path, headers) => request(app.server).get(path).set(headers)
})
