/** Ends the command with one line on stderr. The line may quote anything: it is escaped where it is written. */
export class CommandError extends Error {
  override name = 'CommandError'
  constructor(
    message: string,
    /** 1: a request or a check failed. 2: the command was called wrongly. */
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message)
  }
}

export function usageError(message: string): CommandError {
  return new CommandError(message, 2)
}
