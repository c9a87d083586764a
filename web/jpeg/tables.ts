// ITU-T T.81 annex K: the tables of quantization (K.1, K.2) and of codes (K.3 to K.6) that our
// pictures are written with, and the order of a block's coefficients (figure A.6).

/** Row by row, as annex K prints them; for quality 50. */
const LUMINANCE = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
  14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
  92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const CHROMINANCE = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
  47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/** Where the coefficient at each place of the file stands in the block. */
export const ZIGZAG: readonly number[] = zigzag();

function zigzag(): number[] {
  const order: number[] = [];
  for (let diagonal = 0; diagonal < 15; diagonal += 1) {
    const least = Math.max(0, diagonal - 7);
    const rows = Array.from({ length: Math.min(diagonal, 7) - least + 1 }, (_, at) => least + at);
    // Every second diagonal is walked upwards.
    if (diagonal % 2 === 0) rows.reverse();
    order.push(...rows.map((row) => row * 8 + diagonal - row));
  }
  return order;
}

/** The Independent JPEG Group's scale of quality, 50 to 100, over the tables of annex K. */
function scaled(table: readonly number[], quality: number): Uint8Array {
  const percent = 200 - 2 * quality;
  return Uint8Array.from(table, (step) =>
    Math.min(255, Math.max(1, Math.floor((step * percent + 50) / 100))),
  );
}

/** Steps of the coefficients in the block's own order: of brightness, and of colour. */
export const stepsOf = (quality: number): readonly [Uint8Array, Uint8Array] => [
  scaled(LUMINANCE, quality),
  scaled(CHROMINANCE, quality),
];

/** A table of codes as files hold it: how many of each length, and what they stand for. */
export interface CodeTable {
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const table = (counts: string, symbols: string): CodeTable => ({
  counts: bytes(counts),
  symbols: bytes(symbols),
});

const DC_SYMBOLS = "000102030405060708090a0b";
export const DC: readonly [CodeTable, CodeTable] = [
  table("00010501010101010100000000000000", DC_SYMBOLS),
  table("00030101010101010101010000000000", DC_SYMBOLS),
];
export const AC: readonly [CodeTable, CodeTable] = [
  table(
    "0002010303020403050504040000017d",
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a16" +
      "1718191a25262728292a3435363738393a434445464748494a535455565758595a63646566676869" +
      "6a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6" +
      "b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8" +
      "f9fa",
  ),
  table(
    "00020102040403040705040400010277",
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434" +
      "e125f11718191a262728292a35363738393a434445464748494a535455565758595a636465666768" +
      "696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4" +
      "b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8" +
      "f9fa",
  ),
];
