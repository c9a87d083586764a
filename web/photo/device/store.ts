// What outlives a closed tab until the receipt is kept, in the browser's own database; nothing
// of it opens the photo, but it withdraws it. It is deleted when the application is finished.
//
// Where a browser keeps nothing (private mode, full disk), the page says so and goes on.

import { inside } from "./embedded.js";
import type { Pending } from "./sealing.js";

/** A frame's application and one of the portal's own pages leave each other alone. */
const NAME = inside ? "habeas-photo-embedded" : "habeas-photo";
const TABLE = "pending";

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error("The browser's database failed."));
    };
  });
}

async function within<T>(
  mode: IDBTransactionMode,
  act: (table: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(TABLE);
  };
  const database = await settled(opening);
  try {
    const transaction = database.transaction(TABLE, mode, { durability: "strict" });
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => {
        resolve();
      };
      transaction.onabort = () => {
        reject(transaction.error ?? new Error("The browser's database failed."));
      };
    });
    const result = await settled(act(transaction.objectStore(TABLE)));
    await done;
    return result;
  } finally {
    database.close();
  }
}

/** Keeps what is pending; false where the browser keeps nothing. */
export async function keep(pending: Pending): Promise<boolean> {
  try {
    await within("readwrite", (table) => table.put(pending, 0));
    return true;
  } catch {
    return false;
  }
}

/** What is pending for an application, if anything; another one's is deleted. */
export async function kept(reference: string): Promise<Pending | undefined> {
  try {
    const found = (await within("readonly", (table) => table.get(0))) as Pending | undefined;
    if (found && found.reference !== reference) await clear();
    return found?.reference === reference ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Deletes everything that this step has kept in the browser. */
export async function clear(): Promise<void> {
  try {
    await settled(indexedDB.deleteDatabase(NAME));
  } catch {
    // There was none to delete.
  }
}
