// ITU-T T.81 (JPEG), baseline sequential DCT, in JFIF: a picture's pixels encoded afresh, with
// nothing else in the file.
//
// Browsers' own encoders give other bytes in each of them, and segments of their own: whoever
// sees the file learns the browser. This one gives the same bytes everywhere, and the same that
// Pillow gives on the server (habeas.portrait): quality 90, colour at half the resolution, the
// tables of annex K.

import { forwardDct } from "./dct.js";
import { type ComponentPlane, halved, planesOf } from "./planes.js";
import { ScanWriter, codesOf } from "./scan.js";
import { AC, type CodeTable, DC, ZIGZAG, stepsOf } from "./tables.js";

/** On the Independent JPEG Group's scale: what is kept of every photo. */
const QUALITY = 90;
/** JFIF 1.01, no density, no thumbnail. */
const JFIF = [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];
const CODES = { dc: DC.map(codesOf), ac: AC.map(codesOf) };

/** One component of the picture: its samples, how many blocks each unit has of it, its tables. */
interface Component {
  readonly plane: ComponentPlane;
  /** Blocks across and down in each unit of the scan. */
  readonly blocks: number;
  /** 0 for brightness, 1 for colour. */
  readonly kind: 0 | 1;
}

/** Quantized coefficients of the block of a plane that begins at these samples. */
class Quantizer {
  private readonly block = new Int32Array(64);
  private readonly divisors: Int32Array;

  constructor(steps: Uint8Array) {
    this.divisors = Int32Array.from(steps, (step) => 8 * step);
  }

  /** Beyond its edges a plane goes on as it ends. */
  take(
    { width, height, samples }: ComponentPlane,
    left: number,
    top: number,
    into: Int16Array,
  ): void {
    const { block, divisors } = this;
    for (let y = 0; y < 8; y += 1) {
      const row = Math.min(top + y, height - 1) * width;
      for (let x = 0; x < 8; x += 1) {
        block[8 * y + x] = (samples[row + Math.min(left + x, width - 1)] ?? 0) - 128;
      }
    }
    forwardDct(block);
    for (let at = 0; at < 64; at += 1) {
      const value = block[at] ?? 0;
      const divisor = divisors[at] ?? 1;
      const size = Math.floor((Math.abs(value) + (divisor >> 1)) / divisor);
      into[at] = value < 0 ? -size : size;
    }
  }
}

function segment(marker: number, content: readonly number[]): number[] {
  const length = content.length + 2;
  return [0xff, marker, length >> 8, length & 0xff, ...content];
}

function header(width: number, height: number, steps: readonly Uint8Array[]): number[] {
  const quantization = steps.flatMap((table, id) =>
    segment(0xdb, [id, ...ZIGZAG.map((at) => table[at] ?? 0)]),
  );
  const size = [height >> 8, height & 0xff, width >> 8, width & 0xff];
  const frame = segment(0xc0, [8, ...size, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
  const codes = ([0, 1] as const).flatMap((id) =>
    [DC[id], AC[id]].flatMap(({ counts, symbols }: CodeTable, kind) =>
      segment(0xc4, [(kind << 4) | id, ...counts, ...symbols]),
    ),
  );
  const scan = segment(0xda, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);
  return [0xff, 0xd8, ...segment(0xe0, JFIF), ...quantization, ...frame, ...codes, ...scan];
}

/**
 * A JPEG of opaque RGBA pixels, row by row; 1 to 65,535 pixels wide and high.
 *
 * Raises RangeError for pixels of another size.
 */
export function encodeJpeg(
  rgba: ArrayLike<number>,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  if (!(width >= 1 && height >= 1 && width < 65_536 && height < 65_536)) {
    throw new RangeError("A JPEG has 1 to 65,535 pixels on each side.");
  }
  if (rgba.length !== 4 * width * height) throw new RangeError("These are not so many pixels.");
  const [y, cb, cr] = planesOf(rgba, width, height);
  if (!y || !cb || !cr) throw new RangeError("A picture has three components.");
  const components: Component[] = [
    { plane: y, blocks: 2, kind: 0 },
    { plane: halved(cb), blocks: 1, kind: 1 },
    { plane: halved(cr), blocks: 1, kind: 1 },
  ];
  const steps = stepsOf(QUALITY);
  const head = header(width, height, steps);
  const scan = scanOf(components, steps, Math.ceil(width / 16), Math.ceil(height / 16));
  const file = new Uint8Array(head.length + scan.length + 2);
  file.set(head);
  file.set(scan, head.length);
  file.set([0xff, 0xd9], head.length + scan.length);
  return file;
}

/** T.81 section A.2.3: unit after unit, in each the blocks of each component. */
function scanOf(
  components: readonly Component[],
  steps: readonly [Uint8Array, Uint8Array],
  across: number,
  down: number,
): Uint8Array {
  const writer = new ScanWriter();
  const quantizers = steps.map((each) => new Quantizer(each));
  const before = components.map(() => 0);
  const block = new Int16Array(64);
  for (let unitY = 0; unitY < down; unitY += 1) {
    for (let unitX = 0; unitX < across; unitX += 1) {
      components.forEach(({ plane, blocks, kind }, which) => {
        for (let at = 0; at < blocks * blocks; at += 1) {
          const left = 8 * (unitX * blocks + (at % blocks));
          const top = 8 * (unitY * blocks + Math.floor(at / blocks));
          // A block that only fills the unit up costs least as its neighbour's brightness.
          if (left < plane.width && top < plane.height) {
            quantizers[kind]?.take(plane, left, top, block);
          } else {
            block.fill(0, 1);
          }
          const [dc, ac] = [CODES.dc[kind], CODES.ac[kind]];
          if (!dc || !ac) throw new RangeError("There are two kinds of tables.");
          writer.block(block, before[which] ?? 0, dc, ac);
          before[which] = block[0] ?? 0;
        }
      });
    }
  }
  return writer.end();
}
