interface Equivalent {
  /** The line of code, as it stands there. */
  line: string
  /** What Stryker puts into it. */
  to: readonly string[]
  why: string
}

/** Mutants that no test can tell from the code, by file. They do not count in the score. */
export const equivalent: Readonly<Record<string, readonly Equivalent[]>> = {}
