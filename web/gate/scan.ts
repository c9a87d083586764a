// ITU-T T.81 annex F.2: the entropy-coded scan of a baseline picture, read code by code
// without making pixels of it. A scan that was cut, or that a decoder would have to guess at,
// ends in a refusal.

import { UnreadableError } from "./errors.js";
import { NO_CODE } from "./huffman.js";

/** One component of a picture: its blocks in each unit of the scan, and its codes. */
export interface Component {
  readonly blocks: number;
  readonly dc: Uint16Array;
  readonly ac: Uint16Array;
}

/** T.81 table F.1: the difference of two baseline DC values has at most 11 bits. */
const MOST_DC_BITS = 11;
/** T.81 table F.2: an AC value has at most 10 bits. */
const MOST_AC_BITS = 10;
/** Eight-bit samples give DC values of 11 bits and a sign. */
const LARGEST_DC = 2047;
const ZERO_RUN = 0xf0;

/** The bits of a scan. Stuffed zeros are skipped; a marker ends them. */
class Bits {
  private buffer = 0;
  private held = 0;

  constructor(
    private readonly file: Uint8Array,
    public at: number,
  ) {}

  /** The next 16 bits; behind the last one, ones. */
  peek(): number {
    while (this.held < 16 && this.more());
    if (this.held >= 16) return (this.buffer >>> (this.held - 16)) & 0xffff;
    const missing = 16 - this.held;
    return ((this.buffer << missing) | ((1 << missing) - 1)) & 0xffff;
  }

  skip(bits: number): void {
    if (bits > this.held) throw new UnreadableError("The picture is cut.");
    this.held -= bits;
  }

  /** The value of the next `size` bits (T.81 sections F.2.2.1 and F.2.2.4: EXTEND). */
  value(size: number): number {
    if (size === 0) return 0;
    const bits = this.peek() >>> (16 - size);
    this.skip(size);
    return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
  }

  /** The symbol of the next code. */
  symbol(codes: Uint16Array): number {
    const code = codes[this.peek()] ?? NO_CODE;
    if (code === NO_CODE) throw new UnreadableError("The picture's codes are broken.");
    this.skip(code >> 8);
    return code & 0xff;
  }

  /** Where the scan ends: less than a byte may be left of it, of ones (section F.1.2.3). */
  end(): number {
    if (this.more() || this.held > 7 || this.peek() !== 0xffff) {
      throw new UnreadableError("The picture's scan does not end where it should.");
    }
    return this.at;
  }

  private more(): boolean {
    const byte = this.file[this.at];
    if (byte === undefined) return false;
    if (byte === 0xff && this.file[this.at + 1] !== 0) return false;
    this.at += byte === 0xff ? 2 : 1;
    this.buffer = ((this.buffer & 0xffffff) << 8) | byte;
    this.held += 8;
    return true;
  }
}

/** One block of 64 coefficients; returns its DC value. */
function readBlock(bits: Bits, { dc, ac }: Component, before: number): number {
  const size = bits.symbol(dc);
  if (size > MOST_DC_BITS) throw new UnreadableError("A brightness has too many bits.");
  const value = before + bits.value(size);
  if (Math.abs(value) > LARGEST_DC) {
    throw new UnreadableError("A brightness is beyond all bounds.");
  }
  for (let at = 1; at < 64; at += 1) {
    const symbol = bits.symbol(ac);
    if (symbol === 0) break;
    const run = symbol >> 4;
    const width = symbol & 15;
    at += run;
    if (at > 63 || width > MOST_AC_BITS || (width === 0 && symbol !== ZERO_RUN)) {
      throw new UnreadableError("A block holds more than 64 values.");
    }
    bits.value(width);
  }
  return value;
}

/** After how many units of a scan it is told that it is still being read. */
const TOLD_UNITS = 1024;

/**
 * Reads a scan of `units` units (T.81 section A.2.3) that begins at byte `start`; `goesOn` is
 * called after every thousand.
 *
 * Returns where the bytes behind it begin. Raises UnreadableError.
 */
export function readScan(
  file: Uint8Array,
  start: number,
  components: readonly Component[],
  units: number,
  goesOn: () => void = () => undefined,
): number {
  const bits = new Bits(file, start);
  const before = components.map(() => 0);
  for (let unit = 0; unit < units; unit += 1) {
    if (unit % TOLD_UNITS === 0) goesOn();
    components.forEach((component, which) => {
      for (let block = 0; block < component.blocks; block += 1) {
        before[which] = readBlock(bits, component, before[which] ?? 0);
      }
    });
  }
  return bits.end();
}
