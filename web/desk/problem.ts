// What went wrong, as the page says it: problem details (RFC 9457) of the portal, which answers in
// the language that it is asked in, or an error of this client (ADR 0165).

import * as v from "valibot";

const Details = v.object({
  code: v.optional(v.string(), ""),
  detail: v.string(),
  remedy: v.optional(v.string(), ""),
  original: v.optional(v.string(), ""),
  index: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
});

/**
 * A refusal or failure, with what to do about it and where it stands on the log.
 *
 * Its message and remedy are words of the page's language. What was only said in English is
 * `original`: it stands beside them, marked as English, and never in their place.
 */
export class Problem extends Error {
  override name = "Problem";

  constructor(
    readonly code: string,
    detail: string,
    readonly remedy = "",
    readonly index?: number,
    readonly original = "",
  ) {
    super(detail);
  }

  /** What no page has words for: it says in general that something did not work. */
  static odd(code: string, original = `(${code})`): Problem {
    return new Problem(code, "", "", undefined, original);
  }

  /** The problem that an answer's body tells; its status where it tells none. */
  static of(body: unknown, status: number): Problem {
    const found = v.safeParse(Details, body);
    if (!found.success) return Problem.odd("portal", `The portal answered ${String(status)}.`);
    const { code, detail, remedy, index, original } = found.output;
    return new Problem(code, detail, remedy, index, original);
  }
}
