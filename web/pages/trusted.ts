// W3C Trusted Types: the one kind of string that becomes code here, the address of a script.
// The policies of all pages ask for it (`require-trusted-types-for`); whatever else a script
// would turn into code or markup is refused by the browser.

interface ScriptPolicy {
  createScriptURL(address: string): string;
}
interface Factory {
  createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy;
}
declare global {
  /** Absent in browsers that do not know them; those take the address as it is. */
  var trustedTypes: Factory | undefined;
}

const rules: ScriptPolicy = {
  createScriptURL(address) {
    if (new URL(address).origin === location.origin) return address;
    throw new Error("A script of a stranger is not started.");
  },
};
let policy: ScriptPolicy | undefined;

function trusted(address: string): string {
  // Made at the first use: a page that starts none needs no leave for a policy.
  policy ??= globalThis.trustedTypes?.createPolicy("habeas-worker", rules) ?? rules;
  return policy.createScriptURL(address);
}

/** Starts a worker of this site. */
export function startWorker(address: URL): Worker {
  return new Worker(trusted(address.href));
}

/** Loads a module of this site, if it has that hash (SRI); once, however often it is asked for. */
export function loadModule(path: string, integrity: string): Promise<void> {
  const address = new URL(path, document.baseURI).href;
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.type = "module";
    script.integrity = integrity;
    script.addEventListener("load", () => {
      resolve();
    });
    script.addEventListener("error", () => {
      script.remove();
      reject(new Error(`The script ${path} did not come.`));
    });
    script.src = trusted(address);
    document.head.append(script);
  });
}
