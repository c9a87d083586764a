// Reads what a player must know of a fragmented MP4 file (ISO/IEC 14496-12) before it is given to
// one: its codec (RFC 6381), and when each of its frames is shown.

/** What a file says of its one track: times in seconds, rising. */
export interface Film {
  readonly codec: string;
  readonly times: readonly number[];
}

/** A file that is no such film. */
export class FilmError extends Error {}

interface Mp4Box {
  readonly type: string;
  readonly at: number;
  readonly end: number;
}

const CONTAINERS = new Set(["moov", "trak", "mdia", "minf", "stbl", "mvex", "moof", "traf"]);
/** Bytes before an AVCSampleEntry's own boxes, and before those of `stsd` (8.5.2, 12.1.3). */
const ENTRY = 86;
/** Boxes of a file, and frames of a run, at most: no segment has a thousandth of that. */
const MOST = 100_000;

/** All boxes of the file that matter, those within others too, in order. */
function boxes(view: DataView): Mp4Box[] {
  const found: Mp4Box[] = [];
  const waiting: [number, number][] = [[0, view.byteLength]];
  for (let span = waiting.pop(); span; span = waiting.pop()) {
    let [at, end] = span;
    while (at + 8 <= end) {
      const size = view.getUint32(at);
      const type = String.fromCharCode(...[4, 5, 6, 7].map((each) => view.getUint8(at + each)));
      const after = size === 0 ? end : at + size;
      if (size === 1 || (size !== 0 && size < 8) || after > end || found.length > MOST) {
        throw new FilmError("A box of the file has a wrong size.");
      }
      found.push({ type, at: at + 8, end: after });
      if (CONTAINERS.has(type)) {
        // First what is within, then what follows.
        waiting.push([after, end]);
        [at, end] = [at + 8, after];
      } else at = after;
    }
  }
  return found;
}

const hex = (value: number): string => value.toString(16).padStart(2, "0").toUpperCase();

/** The codec of the one sample entry: AVC alone is recorded. */
function codecOf(view: DataView, { at, end }: Mp4Box): string {
  for (let each = at + 8 + ENTRY; each + 8 <= end; each += Math.max(8, view.getUint32(each))) {
    // "avcC", the AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1).
    if (view.getUint32(each + 4) === 0x61766343 && each + 12 <= end) {
      return `avc1.${[9, 10, 11].map((byte) => hex(view.getUint8(each + byte))).join("")}`;
    }
  }
  throw new FilmError("The film is in a codec that is not recorded here.");
}

/** Flags of `tfhd` and `trun` that say which fields follow (8.8.7, 8.8.8). */
const TFHD = { base: 0x1, description: 0x2, duration: 0x8 };
const TRUN = { data: 0x1, first: 0x4, duration: 0x100, size: 0x200, flags: 0x400, shift: 0x800 };

const flagsOf = (view: DataView, at: number): number => view.getUint32(at) & 0xffffff;

function usualDuration(view: DataView, { at }: Mp4Box, otherwise: number): number {
  const flags = flagsOf(view, at);
  if (!(flags & TFHD.duration)) return otherwise;
  return view.getUint32(at + 8 + (flags & TFHD.base ? 8 : 0) + (flags & TFHD.description ? 4 : 0));
}

/** Ticks at which the frames of a run are shown; `begin` is when the first is decoded. */
function run(
  view: DataView,
  { at, end }: Mp4Box,
  begin: number,
  usual: number,
): { ticks: number[]; after: number } {
  const flags = flagsOf(view, at);
  const count = view.getUint32(at + 4);
  let next = at + 8 + (flags & TRUN.data ? 4 : 0) + (flags & TRUN.first ? 4 : 0);
  const fields = [TRUN.duration, TRUN.size, TRUN.flags, TRUN.shift].filter((each) => flags & each);
  if (count > MOST || next + count * fields.length * 4 > end)
    throw new FilmError("A run of frames is cut off.");
  const ticks: number[] = [];
  let after = begin;
  for (let frame = 0; frame < count; frame++) {
    let [duration, shift] = [usual, 0];
    for (const field of fields) {
      if (field === TRUN.duration) duration = view.getUint32(next);
      if (field === TRUN.shift) shift = view.getInt32(next);
      next += 4;
    }
    ticks.push(after + shift);
    after += duration;
  }
  return { ticks, after };
}

/** What `bytes` say; raises `FilmError` where they are no film as recorders write them. */
export function readFilm(bytes: ArrayBuffer): Film {
  const view = new DataView(bytes);
  try {
    return read(view);
  } catch (error) {
    if (error instanceof RangeError) throw new FilmError("The file is cut off.");
    throw error;
  }
}

function read(view: DataView): Film {
  let [scale, usual, otherwise, decoded] = [0, 0, 0, 0];
  let codec = "";
  const shown: number[] = [];
  for (const box of boxes(view)) {
    const version = box.at < box.end ? view.getUint8(box.at) : 0;
    if (box.type === "mdhd") scale = view.getUint32(box.at + (version ? 20 : 12));
    else if (box.type === "stsd") codec = codecOf(view, box);
    else if (box.type === "trex") otherwise = view.getUint32(box.at + 12);
    else if (box.type === "tfhd") usual = usualDuration(view, box, otherwise);
    else if (box.type === "tfdt") {
      decoded = version ? Number(view.getBigUint64(box.at + 4)) : view.getUint32(box.at + 4);
    } else if (box.type === "trun") {
      const { ticks, after } = run(view, box, decoded, usual);
      decoded = after;
      shown.push(...ticks);
    }
  }
  if (!scale || !codec || !shown.length) throw new FilmError("The file holds no film.");
  return { codec, times: shown.map((each) => each / scale).sort((one, other) => one - other) };
}
