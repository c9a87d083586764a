// One live picture, as the portal gives it.

/** A picture, its number, and how many seconds ago it came from the camera. */
export interface LivePicture {
  picture: Blob;
  number: number;
  delay: number;
}

type Fetch = (address: string, how: RequestInit) => Promise<Response>;

/**
 * The next picture after number `after`: `none` where none came in time or the portal is away for
 * a moment, `over` where it gives none any more.
 */
export async function next(
  address: string,
  after: number,
  get: Fetch,
): Promise<LivePicture | "none" | "over"> {
  try {
    const answer = await get(`${address}?after=${String(after)}`, {
      cache: "no-store",
      // It leads to the sign-in.
      redirect: "manual",
    });
    if (answer.status >= 500) return "none";
    if (!answer.ok || answer.headers.get("content-type") !== "image/jpeg") return "over";
    return {
      // The line may break in the middle of one.
      picture: await answer.blob(),
      number: Number(answer.headers.get("x-habeas-number")),
      delay: Number(answer.headers.get("x-habeas-delay")),
    };
  } catch (error) {
    if (error instanceof TypeError) return "none";
    throw error;
  }
}
