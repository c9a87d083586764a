// What stops a check, apart from the checks: every page can say so.

/** What stops: the picture shows no face, or ends before its face does. */
export class StopError extends Error {
  constructor(readonly code: "no-face" | "broken") {
    super(code);
  }
}
