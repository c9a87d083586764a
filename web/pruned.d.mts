export declare function pruned(css: string, said: string): string;
