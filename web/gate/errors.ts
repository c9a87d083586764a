/** A sealed file that is no photo as ours are, or does not decode. The code is the protocol's. */
export class UnreadableError extends Error {
  override name = "UnreadableError";
  readonly code = "unreadable";
}

/** The machine that decodes was too slow; nothing is said of the file. */
export class SlowError extends Error {
  override name = "SlowError";
  readonly code = "slow";
}
