// W3C Trusted Types: the one kind of string that becomes code here, the address of a worker.
// The policies of all pages ask for it (`require-trusted-types-for`); whatever else a script
// would turn into code or markup is refused by the browser.

interface Policy {
  createScriptURL(address: string): string;
}
interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}
declare global {
  /** Absent in browsers that do not know them; those take the address as it is. */
  var trustedTypes: Factory | undefined;
}

const rules: Policy = {
  createScriptURL(address) {
    if (new URL(address).origin === location.origin) return address;
    throw new Error("A worker of a stranger is not started.");
  },
};
let policy: Policy | undefined;

/** Starts a worker of this site. */
export function startWorker(address: URL): Worker {
  // Made at the first use: a page that starts none needs no leave for a policy.
  policy ??= globalThis.trustedTypes?.createPolicy("habeas-worker", rules) ?? rules;
  return new Worker(policy.createScriptURL(address.href));
}
