import { Controller, Get, UseGuards } from '@nestjs/common'
import { type Auth as AccessToken, requireScopes } from 'express-require-auth'
import { Auth, guardBy } from './auth'

@Controller('messages')
export class MessagesController {
  @Get()
  @UseGuards(guardBy(requireScopes('read:messages')))
  list(@Auth() { subject }: AccessToken) {
    return { messages: ['Hello'], for: subject }
  }

  @Get('broken')
  fail() {
    throw new Error('broken on purpose')
  }
}
