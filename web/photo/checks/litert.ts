// Stands for @litertjs/wasm-utils, which would load the engine's script by itself: here it is
// part of the checks' own script, and its program comes by hash.

import factory from "@litertjs/core/wasm/litert_wasm_compat_internal.js";

let program: Uint8Array<ArrayBuffer> | undefined;

/** Gives the program (WebAssembly) that is run next. */
export function provide(bytes: Uint8Array<ArrayBuffer>): void {
  program = bytes;
}

/** Starts the engine; its remarks go nowhere. */
export async function createWasmLib<Engine>(Made: new (module: unknown) => Engine) {
  const quiet = (): void => undefined;
  const module = await factory({ wasmBinary: program, print: quiet, printErr: quiet });
  program = undefined;
  return new Made(module);
}
