import { type Auth, isAuthError, type RequireAuth } from 'express-require-auth'
import type { ExtendedError, Server, Socket } from 'socket.io'

type Next = (error?: ExtendedError) => void

/**
 * Admits Socket.IO connections that bring an access token in the handshake, and ends each when its token expires:
 *
 *     io(url, { auth: async (send) => send({ token: await getAccessToken() }) })
 */
export function protectSocketIo(io: Server, auth: RequireAuth): void {
  io.use((socket, next) => {
    auth.verify(socket.handshake.auth.token).then(
      (verified) => admit(socket, verified, next),
      (error: unknown) => next(connectError(error)),
    )
  })
}

function admit(socket: Socket, verified: Auth, next: Next): void {
  socket.data.auth = verified
  const seconds = Math.min(verified.expiresAt - Date.now() / 1000, 86_400) // longer timers overflow after 24 days
  const timer = setTimeout(() => socket.disconnect(), seconds * 1000)
  socket.on('disconnect', () => clearTimeout(timer))
  next()
}

/** The error that the client receives as `connect_error`. It says nothing about a fault of the server. */
function connectError(error: unknown): ExtendedError {
  if (!isAuthError(error)) return new Error('Internal Server Error')
  const { message, code, status } = error
  return Object.assign(new Error(message), { data: { code, status } })
}
