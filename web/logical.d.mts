/** The same style sheet without left and right: see logical.mjs. */
export function logical(css: string): string;
