// ITU-T T.81 annex F.1.2: the codes of a baseline scan.

import { type CodeTable, ZIGZAG } from "./tables.js";

/** T.81 section C.2: the code of each symbol, and its length in bits. */
interface Codes {
  readonly code: Uint16Array;
  readonly length: Uint8Array;
}

export function codesOf({ counts, symbols }: CodeTable): Codes {
  const code = new Uint16Array(256);
  const length = new Uint8Array(256);
  let next = 0;
  let at = 0;
  counts.forEach((count, index) => {
    for (let each = 0; each < count; each += 1) {
      const symbol = symbols[at] ?? 0;
      code[symbol] = next;
      length[symbol] = index + 1;
      next += 1;
      at += 1;
    }
    next <<= 1;
  });
  return { code, length };
}

const END_OF_BLOCK = 0;
const ZERO_RUN = 0xf0;

/** How many bits the value of a coefficient takes (T.81 table F.1). */
const bitsOf = (value: number): number => 32 - Math.clz32(Math.abs(value));

/** The bytes of a scan, as they grow. */
export class ScanWriter {
  private bytes = new Uint8Array(1 << 16);
  private size = 0;
  private held = 0;
  private count = 0;

  /** One block of quantized coefficients; `before` is the DC value of the block before. */
  block(block: Int16Array, before: number, dc: Codes, ac: Codes): void {
    const difference = (block[0] ?? 0) - before;
    const size = bitsOf(difference);
    this.symbol(dc, size);
    this.value(difference, size);
    let run = 0;
    for (let at = 1; at < 64; at += 1) {
      const value = block[ZIGZAG[at] ?? 0] ?? 0;
      if (value === 0) {
        run += 1;
        continue;
      }
      for (; run > 15; run -= 16) this.symbol(ac, ZERO_RUN);
      const bits = bitsOf(value);
      this.symbol(ac, (run << 4) | bits);
      this.value(value, bits);
      run = 0;
    }
    if (run > 0) this.symbol(ac, END_OF_BLOCK);
  }

  /** All bytes, the last one filled with ones (T.81 section F.1.2.3). */
  end(): Uint8Array {
    if (this.count > 0) this.put(0x7f, 8 - this.count);
    return this.bytes.subarray(0, this.size);
  }

  private symbol({ code, length }: Codes, symbol: number): void {
    this.put(code[symbol] ?? 0, length[symbol] ?? 0);
  }

  /** T.81 section F.1.2.1: a negative value is written less one. */
  private value(value: number, bits: number): void {
    if (bits > 0) this.put(value < 0 ? value - 1 : value, bits);
  }

  private put(value: number, bits: number): void {
    this.held = (this.held << bits) | (value & ((1 << bits) - 1));
    this.count += bits;
    while (this.count >= 8) {
      this.count -= 8;
      const byte = (this.held >> this.count) & 0xff;
      this.push(byte);
      // A zero behind 255 says that it begins no marker.
      if (byte === 0xff) this.push(0);
    }
    this.held &= (1 << this.count) - 1;
  }

  private push(byte: number): void {
    if (this.size === this.bytes.length) {
      const larger = new Uint8Array(2 * this.size);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.size] = byte;
    this.size += 1;
  }
}
