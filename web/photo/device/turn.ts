// What somebody began may end after they have gone on: whether the page still shows what it
// showed then. Another language shows the same view, and is no turn.

let turns = 0;

/** The page shows another view. */
export function turn(): void {
  turns += 1;
}

/** Tells, whenever it is asked, whether the page shows what it shows now. */
export function here(): () => boolean {
  const now = turns;
  return () => turns === now;
}
