// What the frame with the photo step and the page around it say to each other (HTML Living
// Standard, section 9.3, cross-document messaging). Pure: both sides read with the same functions,
// and whatever is not exactly this is nobody's message.

/** Begins every message, and says its version. */
const MARK = "habeas-photo/1";

/**
 * How the photo step stands: nothing is sealed yet; it is sealed, and its receipt waits to be
 * saved; it is added; there will be none; there can be none here.
 */
export const STATES = ["choosing", "sealed", "added", "without", "unavailable"] as const;
export type StepState = (typeof STATES)[number];

/** All that a frame ever tells: no picture, no key, no secret of a receipt. */
export interface FrameMessage {
  readonly state: StepState;
  /** Of the application; empty until the photo is added. */
  readonly reference: string;
  /** CSS pixels that the step needs. */
  readonly height: number;
}

/** Two letters, and eight of Crockford's base 32. */
const REFERENCE = /^[A-Z]{2}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/;
/** More than any view is high; CSS pixels. */
const HIGHEST = 20_000;

export const isReference = (text: unknown): text is string =>
  typeof text === "string" && REFERENCE.test(text);

const isState = (text: unknown): text is StepState => STATES.some((each) => each === text);

/** What the page around sends, so that the frame learns by whom it is held. */
export const hello = (): object => ({ mark: MARK, hello: true });

export function isHello(data: unknown): boolean {
  const found = data as { mark?: unknown; hello?: unknown } | null;
  return typeof found === "object" && found?.mark === MARK && found.hello === true;
}

export const told = ({ state, reference, height }: FrameMessage): object => ({
  mark: MARK,
  state,
  reference,
  height,
});

/** What a frame has told, or nothing where it is no such message. */
export function readTold(data: unknown): FrameMessage | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { mark, state, reference, height } = data as Record<string, unknown>;
  if (mark !== MARK || !isState(state)) return undefined;
  if (typeof height !== "number" || !(height >= 0 && height <= HIGHEST)) return undefined;
  if (state === "added" ? !isReference(reference) : reference !== "") return undefined;
  return { state, reference: reference as string, height };
}
