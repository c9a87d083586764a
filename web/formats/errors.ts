// One error for everything that arrives and is not what it must be. The codes are those of
// the Python side, so that a page and a command say the same of the same bytes.

export class FormatError extends Error {
  override name = "FormatError";

  constructor(
    readonly code: string,
    cause: string,
  ) {
    super(cause);
  }
}

/** What went wrong, in words; for errors of any kind. */
export const causeOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
