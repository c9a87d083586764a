// Finding the parts of a page that its template must have.

type ElementType<T extends Element> = abstract new () => T;

/** The first element of this type that the selector finds; a page without it is a fault of ours. */
export function need<T extends Element>(
  root: ParentNode,
  selector: string,
  type: ElementType<T>,
): T {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The page has no ${selector}.`);
  return found;
}

/** All elements of this type that the selector finds. */
export const all = <T extends Element>(
  root: ParentNode,
  selector: string,
  type: ElementType<T>,
): T[] => [...root.querySelectorAll(selector)].filter((each): each is T => each instanceof type);
