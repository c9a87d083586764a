// CSS Syntax Module Level 3, as far as Sass's compressed style goes: a style sheet without the rules
// that a page has no element for.
//
// govuk-frontend styles thirty components; the photo step has ten, and people on a poor line wait for
// each byte of the others.

/** A class in a selector; CSS escapes the `!` in some of govuk-frontend's names. */
const CLASS = /\.((?:[\w-]|\\.)+)/g;

/** The parts of a list that stand outside of brackets. */
function split(selectors) {
  const parts = [""];
  let depth = 0;
  for (const char of selectors) {
    if (char === "(" || char === "[") depth += 1;
    if (char === ")" || char === "]") depth -= 1;
    if (char === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts;
}

/**
 * The style sheet (compressed, as Sass writes it) without selectors that name a class which is not
 * said anywhere.
 *
 * `said` is all that can come to name a class: the page's document, and its scripts as they run.
 */
export function pruned(css, said) {
  const words = new Set(said.match(/[A-Za-z_](?:[\w-]|!-)*/g));
  const applies = (selector) =>
    // What `:not()` names may well be nowhere: then the rule applies always.
    [...selector.replaceAll(/:not\([^)]*\)/g, "").matchAll(CLASS)].every(([, name]) =>
      words.has(name.replaceAll("\\", "")),
    );
  let kept = "";
  let at = 0;
  while (at < css.length) {
    const open = css.indexOf("{", at);
    if (open === -1) return kept + css.slice(at);
    // Statements without a block (`@charset "UTF-8";`) stand before a rule.
    const begin = css.lastIndexOf(";", open) + 1;
    if (begin > at) kept += css.slice(at, begin);
    const head = css.slice(Math.max(at, begin), open);
    let close = open + 1;
    for (let depth = 1; depth > 0; close += 1) {
      if (css[close] === "{") depth += 1;
      if (css[close] === "}") depth -= 1;
    }
    const inside = css.slice(open + 1, close - 1);
    if (/^@(media|supports|layer|container)/.test(head)) {
      const rules = pruned(inside, said);
      if (rules !== "") kept += `${head}{${rules}}`;
    } else if (head.startsWith("@")) kept += `${head}{${inside}}`;
    else {
      const selectors = split(head).filter(applies);
      if (selectors.length > 0) kept += `${selectors.join(",")}{${inside}}`;
    }
    at = close;
  }
  return kept;
}

/**
 * The style sheet without custom properties (CSS Custom Properties for Cascading Variables, section 2)
 * that it asks for nowhere, and that `said` does not name.
 */
export function asked(css, said) {
  const names = new Set(
    [...css.matchAll(/var\((--[\w-]+)/g), ...said.matchAll(/(--[\w-]+)/g)].map(([, name]) => name),
  );
  // What stands for a property that is not there is left out as well: it is there.
  const there = new Set([...css.matchAll(/(?<=[{;])(--[\w-]+):/g)].map(([, name]) => name));
  return css
    .replace(/var\((--[\w-]+), ?[^()]*\)/g, (all, name) => (there.has(name) ? `var(${name})` : all))
    .replace(/(?<=[{;])(--[\w-]+):[^;}]*(;|(?=\}))/g, (all, name) => (names.has(name) ? all : ""))
    .replaceAll(/(?<=^|\uFEFF|\})[^{}]+\{\}/g, "");
}
