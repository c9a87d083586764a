// Formats, *The seed*, on paper: twelve words (BIP-39, the English list with its checksum), and a
// code (QR, ISO/IEC 18004) that leads to the portal's page of receipts.

import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";

import { type Bytes, concat, fromHex, toHex } from "../formats/bytes.js";
import { FormatError } from "../formats/errors.js";
import { SEED_BYTES } from "../formats/seed.js";

const WORDS = 12;

/** A seed's twelve words. */
export const wordsOf = (seed: Bytes): string[] => entropyToMnemonic(seed, wordlist).split(" ");

/** What is wrong with words that somebody typed. */
export class WordsError extends FormatError {
  override name = "WordsError";

  constructor(
    code: "words-count" | "words-unknown" | "words-checksum",
    /** What was typed and is not on the list. */
    readonly unknown: readonly string[] = [],
  ) {
    super(code, "These are not the twelve words of a receipt.");
  }
}

/** Four letters tell each word of the list from all others. */
const LETTERS = 4;

function wordFor(typed: string): string | undefined {
  if (wordlist.includes(typed)) return typed;
  const found = wordlist.filter((word) => word.startsWith(typed));
  return typed.length >= LETTERS && found.length === 1 ? found[0] : undefined;
}

/** The seed of twelve words, however they are spaced, numbered and capitalised. */
export function seedOf(typed: string): Bytes {
  const given = typed
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean);
  const words = given.map(wordFor);
  const unknown = given.filter((_, at) => words[at] === undefined);
  if (unknown.length > 0) throw new WordsError("words-unknown", unknown);
  if (given.length !== WORDS) throw new WordsError("words-count");
  try {
    return concat(mnemonicToEntropy(words.join(" "), wordlist));
  } catch {
    throw new WordsError("words-checksum");
  }
}

/** What a code holds: where to go, and behind the `#`, which no browser sends, seed and case. */
export function codeText(portal: string, seed: Bytes, reference: string): string {
  const address = new URL("/receipt/", portal);
  address.hash = `${toHex(seed)}.${encodeURIComponent(reference)}`;
  return address.href;
}

/** Seed and reference of such an address's fragment; undefined where it has none. */
export function codeOf(hash: string): { seed: Bytes; reference: string } | undefined {
  const [, hex = "", reference = ""] = /^#([0-9a-f]+)\.(.+)$/.exec(hash) ?? [];
  if (hex.length !== 2 * SEED_BYTES) return undefined;
  try {
    return { seed: fromHex(hex), reference: decodeURIComponent(reference) };
  } catch {
    return undefined;
  }
}
