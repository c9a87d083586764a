/** libheif as Emscripten packs it (libheif-js, LGPL-3.0), which the build makes a module. */
declare module "libheif-js/libheif-wasm/libheif.js" {
  interface HeifImage {
    get_width(): number;
    get_height(): number;
    display(
      into: { data: Uint8ClampedArray; width: number; height: number },
      done: (shown: { data: Uint8ClampedArray } | null) => void,
    ): void;
    free(): void;
  }
  interface LibHeif {
    readonly HeifDecoder: new () => { decode(file: Uint8Array): HeifImage[] };
  }
  const factory: (options: { wasmBinary: Uint8Array }) => LibHeif;
  export default factory;
}
/** SHA-256 of the decoder's program, hex: the build says it. */
declare const LIBHEIF_SHA256: string;
/** The name of the decoder's script, with its hash: the build says it. */
declare const HEIC_SCRIPT: string;
