export declare function pruned(css: string, said: string): string;
export function asked(css: string, said: string): string;
