export declare function pruned(css: string, said: string): string;
export declare function asked(css: string, said: string): string;
