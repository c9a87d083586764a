// ITU-T T.81 annex C: the codes of a Huffman table, laid out so that the next 16 bits of the
// scan say the symbol at once.

import { UnreadableError } from "./errors.js";

/** An entry of the layout for bits that begin no code. */
export const NO_CODE = 0;

/**
 * For each 16 bits of the scan: length of the code that they begin with × 256 + its symbol.
 *
 * Args: `counts` of the codes of 1 to 16 bits; their `symbols`, shortest code first.
 * Raises for more codes than there is room for, a code of ones alone (T.81 section C.2 keeps
 * it free), and a symbol that stands twice.
 */
export function codesOf(counts: Uint8Array, symbols: Uint8Array): Uint16Array {
  const layout = new Uint16Array(1 << 16);
  let next = 0;
  let taken = 0;
  counts.forEach((count, at) => {
    const length = at + 1;
    const room = 1 << (16 - length);
    for (const symbol of symbols.subarray(taken, taken + count)) {
      if (next + room >= layout.length) {
        throw new UnreadableError("A table holds more codes than there are.");
      }
      layout.fill(length * 256 + symbol, next, next + room);
      next += room;
    }
    taken += count;
  });
  if (taken === 0 || new Set(symbols).size !== symbols.length) {
    throw new UnreadableError("A table of codes is none.");
  }
  return layout;
}
