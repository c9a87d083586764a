// What went wrong, as the page says it: problem details (RFC 9457) of the portal, or an error
// of this client.

import * as v from "valibot";

const Details = v.object({
  code: v.optional(v.string(), ""),
  detail: v.string(),
  remedy: v.optional(v.string(), ""),
  index: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
});

/** A refusal or failure, with what to do about it and where it stands on the log. */
export class Problem extends Error {
  override name = "Problem";

  constructor(
    readonly code: string,
    detail: string,
    readonly remedy = "",
    readonly index?: number,
  ) {
    super(detail);
  }

  /** The problem that an answer's body tells; its status where it tells none. */
  static of(body: unknown, status: number): Problem {
    const found = v.safeParse(Details, body);
    if (!found.success) return new Problem("portal", `The portal answered ${String(status)}.`);
    const { code, detail, remedy, index } = found.output;
    return new Problem(code, detail, remedy, index);
  }
}
