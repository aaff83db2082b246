import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  createParamDecorator,
  type ExecutionContext,
} from '@nestjs/common'
import { BaseExceptionFilter } from '@nestjs/core'
import type { RequestHandler } from 'express'
import { authErrorHandler, getAuth } from 'express-require-auth'

/** Makes a guard of `requireAuth()` or of a check such as `requireScopes()`. */
export function guardBy(middleware: RequestHandler): CanActivate {
  return {
    canActivate(context: ExecutionContext): Promise<boolean> {
      const http = context.switchToHttp()
      return new Promise((resolve, reject) => {
        const next = (error?: unknown) => (error ? reject(error) : resolve(true))
        middleware(http.getRequest(), http.getResponse(), next)
      })
    },
  }
}

/** The verified token, as an argument of a handler. */
export const Auth = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  getAuth(context.switchToHttp().getRequest()),
)

const answer = authErrorHandler()

/** Answers refusals as problem+json and logs none of them; the rest is Nest's. */
@Catch()
export class RefusalFilter extends BaseExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp()
    answer(error, http.getRequest(), http.getResponse(), () => super.catch(error, host))
  }
}
