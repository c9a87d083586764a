// What a reader asks of others: the log's files, trustees, the custodian. Answers are bytes of
// strangers; who is silent, slow or says nonsense costs its own answer and no more.

/** A party that could not be asked, or that refused; `code` is its own word for why. */
export class SilentError extends Error {
  override name = "SilentError";

  constructor(readonly code: string) {
    super(code);
  }
}

/** Seconds after which nobody is waited for. */
const PATIENCE_SECONDS = 20;
const MAX_ANSWER_BYTES = 1024 * 1024;

async function answer(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, {
      ...options,
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_SECONDS * 1000),
    });
  } catch {
    throw new SilentError("unreachable");
  }
}

async function bytesOf(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  let content: ArrayBuffer;
  try {
    content = await response.arrayBuffer();
  } catch {
    throw new SilentError("unreachable");
  }
  if (content.byteLength > MAX_ANSWER_BYTES) throw new SilentError("answer");
  return new Uint8Array(content);
}

/** The bytes at an address. */
export async function getBytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await answer(url, {});
  if (!response.ok) throw new SilentError(response.status === 404 ? "missing" : "unreachable");
  return bytesOf(response);
}

async function json(response: Response): Promise<unknown> {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(await bytesOf(response)));
  } catch (error) {
    if (error instanceof SilentError) throw error;
    throw new SilentError("answer");
  }
  if (response.ok) return body;
  const code = (body as { code?: unknown } | null)?.code;
  throw new SilentError(typeof code === "string" && /^[a-z-]{1,40}$/.test(code) ? code : "answer");
}

/** The JSON at an address; problem details become an error with their code. */
export const getJson = async (url: string): Promise<unknown> => json(await answer(url, {}));

/** What is answered to a document. */
export const postJson = async (url: string, body: unknown): Promise<unknown> =>
  json(
    await answer(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
