// A picture that cannot be used, apart from what reads pictures: every page can say so.

/** Why a picture cannot be used; the name of what is said. */
export class PictureError extends Error {
  constructor(readonly word: "tooLarge" | "unreadable") {
    super(word);
  }
}
