// ITU-T T.81 (JPEG), baseline sequential DCT only: is this exactly one such picture, whole,
// of bounded size, and nothing else?
//
// A browser decodes whatever a file is, not what it is called, and decoders of images are
// where strangers' bytes have broken browsers. So a picture is read here first, in memory-safe
// code and in time and memory that its size bounds: each marker, each table, and each code of
// the scan up to its last bit. Only then does a decoder see it.

import { UnreadableError } from "./errors.js";
import { codesOf } from "./huffman.js";
import { LIMITS, type Limits } from "./limits.js";
import { type Component, readScan } from "./scan.js";

/** A picture that passed: its size in pixels, and 1 (grey) or 3 colours. */
export interface PassedPicture {
  readonly width: number;
  readonly height: number;
  readonly colours: number;
}

/** Ends the reading: the picture is not one that our encoder would have written. */
function refuse(cause: string): never {
  throw new UnreadableError(cause);
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOF0 = 0xc0;
const DHT = 0xc4;
const SOS = 0xda;
const DQT = 0xdb;
const APP0 = 0xe0;
/** "JFIF" and its zero, version 1; version's second part, units and densities follow. */
const JFIF = [0x4a, 0x46, 0x49, 0x46, 0, 1];
const JFIF_BYTES = 14;

/** T.81 section B.2.2: what the frame header says of one component. */
interface Declared {
  readonly id: number;
  readonly across: number;
  readonly down: number;
  readonly table: number;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: readonly Declared[];
}

/** The segments before the scan, one after another. */
class Header {
  frame: Frame | undefined;
  readonly quantization = new Set<number>();
  readonly dc = new Map<number, Uint16Array>();
  readonly ac = new Map<number, Uint16Array>();

  constructor(private readonly limits: Limits) {}

  take(marker: number, content: Uint8Array, first: boolean): void {
    switch (marker) {
      case APP0:
        if (!first) refuse("It holds application data.");
        this.takeJfif(content);
        return;
      case DQT:
        this.takeQuantization(content);
        return;
      case DHT:
        this.takeCodes(content);
        return;
      case SOF0:
        this.takeFrame(content);
        return;
      default:
        refuse(`It holds a segment of kind ${marker.toString(16)}, which no sealed photo has.`);
    }
  }

  /** JFIF 1.02: what it says is of no use here; a thumbnail, its last two bytes, is refused. */
  private takeJfif(content: Uint8Array): void {
    const named = JFIF.every((byte, at) => content[at] === byte);
    if (!named || content.length !== JFIF_BYTES || content[12] !== 0 || content[13] !== 0) {
      refuse("It holds application data.");
    }
  }

  /** T.81 section B.2.4.1: tables of 64 steps of eight bits, none of them 0. */
  private takeQuantization(content: Uint8Array): void {
    if (content.length === 0 || content.length % 65 !== 0) refuse("A quantization table is cut.");
    for (let at = 0; at < content.length; at += 65) {
      const id = content[at] ?? 0;
      const steps = content.subarray(at + 1, at + 65);
      if (id > 3 || this.quantization.has(id) || steps.includes(0)) {
        refuse("A quantization table is none.");
      }
      this.quantization.add(id);
    }
  }

  /** T.81 section B.2.4.2: tables of codes, at most two of each class in baseline. */
  private takeCodes(content: Uint8Array): void {
    let at = 0;
    while (at < content.length) {
      const head = content[at] ?? 0;
      const counts = content.subarray(at + 1, at + 17);
      const size = counts.reduce((sum, count) => sum + count, 0);
      const symbols = content.subarray(at + 17, at + 17 + size);
      if (counts.length !== 16 || symbols.length !== size) refuse("A table of codes is cut.");
      const tables = head >> 4 === 0 ? this.dc : this.ac;
      const id = head & 15;
      if (head >> 4 > 1 || id > 1 || tables.has(id)) refuse("A table of codes is none.");
      tables.set(id, codesOf(counts, symbols));
      at += 17 + size;
    }
    if (content.length === 0) refuse("A table of codes is cut.");
  }

  /** T.81 section B.2.2: eight bits, grey or YCbCr, chroma at full or half the resolution. */
  private takeFrame(content: Uint8Array): void {
    if (this.frame) refuse("It holds two frames.");
    const [precision, h1 = 0, h0 = 0, w1 = 0, w0 = 0, count = 0] = content;
    const height = h1 * 256 + h0;
    const width = w1 * 256 + w0;
    if (precision !== 8 || (count !== 1 && count !== 3) || content.length !== 6 + 3 * count) {
      refuse("Its colours are not those of a sealed photo.");
    }
    if (width < 1 || height < 1 || Math.max(width, height) > this.limits.side) {
      refuse(`It has ${String(width)} × ${String(height)} pixels.`);
    }
    const components = Array.from({ length: count }, (_, at) => {
      const [id = 0, sampling = 0, table = 0] = content.subarray(6 + 3 * at, 9 + 3 * at);
      const across = sampling >> 4;
      const down = sampling & 15;
      // Only the brightness of a colour picture has more samples than its other components.
      const most = at === 0 && count === 3 ? 2 : 1;
      if (id !== at + 1 || across < 1 || across > most || down < 1 || down > most || table > 3) {
        refuse("Its components are not those of a sealed photo.");
      }
      return { id, across, down, table };
    });
    this.frame = { width, height, components };
  }

  /** T.81 section B.2.3: one scan of all components, and the tables that they name. */
  scan(content: Uint8Array): { frame: Frame; components: Component[] } {
    const { frame } = this;
    if (!frame) refuse("It has no frame.");
    const count = frame.components.length;
    const [start, end, bits] = content.subarray(1 + 2 * count);
    if (content.length !== 4 + 2 * count || content[0] !== count) refuse("Its scan is not whole.");
    if (start !== 0 || end !== 63 || bits !== 0) refuse("Its scan is not sequential.");
    const components = frame.components.map(({ id, across, down, table }, at) => {
      const [named, tables = 0xff] = content.subarray(1 + 2 * at, 3 + 2 * at);
      const dc = this.dc.get(tables >> 4);
      const ac = this.ac.get(tables & 15);
      if (named !== id || !dc || !ac || !this.quantization.has(table)) {
        refuse("Its scan names tables that it does not hold.");
      }
      return { blocks: across * down, dc, ac };
    });
    return { frame, components };
  }
}

/**
 * Checks that `file` is one whole baseline JPEG as sealed photos are, and nothing more; `goesOn` is
 * called now and then while it is read.
 *
 * Raises UnreadableError. Time grows with the file's size, never with the size that
 * the file claims; memory beyond the file is half a megabyte.
 */
export function readJpeg(
  file: Uint8Array,
  limits: Limits = LIMITS,
  goesOn?: () => void,
): PassedPicture {
  if (file.length > limits.bytes) refuse(`It has ${String(file.length)} bytes.`);
  if (file[0] !== 0xff || file[1] !== SOI) refuse("It is no JPEG.");
  const header = new Header(limits);
  let at = 2;
  for (let segment = 0; segment < limits.segments; segment += 1) {
    const [lead, marker = 0, l1 = 0, l0 = 0] = file.subarray(at, at + 4);
    const length = l1 * 256 + l0;
    const content = file.subarray(at + 4, at + 2 + length);
    if (lead !== 0xff || length < 2 || content.length !== length - 2) refuse("A segment is cut.");
    at += 2 + length;
    if (marker !== SOS) {
      header.take(marker, content, segment === 0);
      continue;
    }
    const { frame, components } = header.scan(content);
    const [first] = frame.components;
    if (!first) refuse("It has no components.");
    const across = Math.ceil(frame.width / (8 * first.across));
    const down = Math.ceil(frame.height / (8 * first.down));
    at = readScan(file, at, components, across * down, goesOn);
    if (file[at] !== 0xff || file[at + 1] !== EOI) refuse("It goes on where it should end.");
    if (file.length !== at + 2) refuse("Something follows the picture.");
    return { width: frame.width, height: frame.height, colours: components.length };
  }
  refuse("It holds too many segments.");
}
