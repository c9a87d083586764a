/** The engine's own loader, which the build makes a module. */
declare module "@litertjs/core/wasm/litert_wasm_compat_internal.js" {
  const factory: (options: Record<string, unknown>) => Promise<unknown>;
  export default factory;
}
/** SHA-256 of the engine's program, hex: the build says it. */
declare const ENGINE_SHA256: string;
/** The name of the checks' own script, with its hash: the build says it. */
declare const CHECKS_SCRIPT: string;
