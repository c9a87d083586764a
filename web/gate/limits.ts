// What a sealed picture may be. Whoever sealed it is a stranger: whatever our own encoder
// would not have written is refused, however valid it may be elsewhere.

export interface Limits {
  /** Bytes of the file. Noise of 1,600 × 1,600 pixels, the worst that is kept, has 2.3 million. */
  readonly bytes: number;
  /** Longest side in pixels; 1,600 is what is kept (habeas.portrait), with room for the next step. */
  readonly side: number;
  /** Marker segments before the scan; our encoder writes eight to ten. */
  readonly segments: number;
  /**
   * Milliseconds without any progress until a picture is given up. A file's size and sides bound
   * how often there can be progress: a hundred times.
   */
  readonly patience: number;
}

export const LIMITS: Limits = { bytes: 4_000_000, side: 2048, segments: 16, patience: 10_000 };
