// What a sealed file has to pass before anybody sees it: `jpeg` is pure and says whether it is
// a photo as ours are, `decoder` has it decoded in a confined worker.

export { decodePhoto } from "./decoder.js";
export { SlowError, UnreadableError } from "./errors.js";
export { LIMITS, type Limits } from "./limits.js";
