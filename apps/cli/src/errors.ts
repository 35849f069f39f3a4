/** How a command ends when it does not end well: one sentence, and an exit code that scripts can rely on. */

/** Exit codes, as `trellis --help` lists them. */
export const EXIT_CODES = {
  /** The work could not be done: no answer, refused, not signed in. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** The metadata has problems. */
  problems: 3,
  /** Somebody answered the question with no. */
  declined: 4,
} as const;

export class CommandError extends Error {
  readonly kind: keyof typeof EXIT_CODES;

  constructor(kind: keyof typeof EXIT_CODES, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandError';
    this.kind = kind;
  }
}
