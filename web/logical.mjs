// W3C CSS Logical Properties and Values: turns left and right into starts and ends.
//
// govuk-frontend names sides. Pages in scripts that run from right to left need starts and ends,
// which are the same where text runs from left to right. Left stays for browsers that do not know
// a value of `float` yet (before 2023); all else is known by each browser that can seal.

/** One value of several. */
const VALUE = "([^\\s;}]+)";
const SIDE = { left: "inline-start", right: "inline-end" };

/** The same style sheet (compressed, as Sass writes it), without left and right. */
export function logical(css) {
  const declared = (property) => new RegExp(`(?<=[{;])${property}(?=[;}])`, "g");
  return (
    css
      // Four sides: top, right, bottom, left.
      .replaceAll(
        declared(`(margin|padding):${VALUE} ${VALUE} ${VALUE} ${VALUE}`),
        (_, property, top, right, bottom, left) =>
          `${property}-block:${top} ${bottom};${property}-inline:${left} ${right}`,
      )
      .replaceAll(
        declared("(margin|padding|border)-(left|right)(-(?:width|color|style))?:([^;}]+)"),
        (_, property, side, part = "", value) => `${property}-${SIDE[side]}${part}:${value}`,
      )
      .replaceAll(
        declared("(left|right):([^;}]+)"),
        (_, side, value) => `inset-${SIDE[side]}:${value}`,
      )
      .replaceAll(declared("text-align:(left|right)"), (_, side) =>
        side === "left" ? "text-align:start" : "text-align:end",
      )
      .replaceAll(
        declared("(float|clear):(left|right)"),
        (said, property, side) => `${said};${property}:${SIDE[side]}`,
      )
  );
}
