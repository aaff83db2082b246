import { Module } from '@nestjs/common'
import { APP_FILTER, APP_GUARD } from '@nestjs/core'
import { requireAuth } from 'express-require-auth'
import { guardBy, RefusalFilter } from './auth'
import { MessagesController } from './messages.controller'

const audience = 'https://messages.northwind.com'
const createGuard = () =>
  guardBy(requireAuth({ issuer: process.env.ISSUER ?? 'northwind.auth0.com', audience }))

@Module({
  controllers: [MessagesController],
  providers: [
    { provide: APP_GUARD, useFactory: createGuard },
    { provide: APP_FILTER, useClass: RefusalFilter },
  ],
})
export class AppModule {}
