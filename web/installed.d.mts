/** Throws unless all packages are installed as package.json pins them: see installed.mjs. */
export function verifyInstalled(root: string): void;
