// Runs the five models by LiteRT, in WebAssembly, one thread, the same program in all browsers.

import { type CompiledModel, Tensor, loadAndCompile, loadLiteRt } from "@litertjs/core";

import { MODELS, type ModelName, type Run } from "../../portrait/models.js";
import { MODEL_FILES, type Resource, fetchResource } from "./files.js";
import { provide } from "./litert.js";

const ENGINE: Resource = {
  path: `litert.${ENGINE_SHA256.slice(0, 16)}.wasm`,
  sha256: ENGINE_SHA256,
};

async function output(model: CompiledModel, input: Float32Array): Promise<Float32Array[]> {
  const [details] = model.getInputDetails();
  if (!details) throw new Error("A model has an input.");
  const tensor = new Tensor(input, details.shape);
  try {
    const results = await model.run([tensor]);
    return results.map((each) => {
      const values = new Float32Array(each.toTypedArray());
      each.delete();
      return values;
    });
  } finally {
    tensor.delete();
  }
}

/** Loads everything; `loaded` gets the part that is there, 0 to 1. */
export async function startEngine(base: string, loaded: (part: number) => void): Promise<Run> {
  let done = 0;
  const fetched = async (resource: Resource): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = await fetchResource(resource, base);
    loaded((done += 1) / (MODELS.length + 1));
    return bytes;
  };
  // All at once: on a slow line the largest decides.
  const models = MODELS.map((name) => {
    const bytes = fetched(MODEL_FILES[name]);
    // One that fails before its turn is told in its turn, below.
    bytes.catch(() => undefined);
    return { name, bytes };
  });
  provide(await fetched(ENGINE));
  await loadLiteRt("");
  const compiled = new Map<ModelName, CompiledModel>();
  for (const { name, bytes } of models) {
    compiled.set(name, await loadAndCompile(await bytes, { accelerator: "wasm" }));
  }
  return async (name, input) => {
    const model = compiled.get(name);
    if (!model) throw new Error(`There is no model ${name}.`);
    return output(model, input);
  };
}
