// What a closed tab must not lose until the application is sent, in the browser's own database:
// what was typed, and what withdraws a photo that is sealed; nothing of it opens the photo. It is
// deleted when the application is sent; of one that was given up, when the portal has forgotten it.
//
// Where a browser keeps nothing (private mode, full disk), the page says so and goes on.

import { inside } from "./embedded.js";
import type { Pending } from "./sealing.js";

/** A frame's application and one of the portal's own pages leave each other alone. */
const NAME = inside ? "habeas-application-embedded" : "habeas-application";
const TABLE = "applications";
/** As long as the portal remembers a browser's application (KEEP_HOURS). */
const KEPT_MS = 24 * 3_600_000;

/** One application on its way, by its service. */
export interface Row {
  readonly service: string;
  readonly reference: string;
  /** What was typed, by question. */
  readonly typed: Readonly<Record<string, string>>;
  readonly pending?: Pending;
}

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
    opening.result.createObjectStore(TABLE, { keyPath: "service" });
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

/** Keeps an application in place of what was kept of it; false where the browser keeps nothing. */
export async function keep(row: Row): Promise<boolean> {
  try {
    await within("readwrite", (table) => table.put({ ...row, touched: Date.now() }));
    return true;
  } catch {
    return false;
  }
}

/** What is kept of an application, if anything; what the portal has forgotten is deleted. */
export async function kept(service: string, reference: string): Promise<Row | undefined> {
  try {
    const rows = (await within("readonly", (table) => table.getAll())) as (Row & {
      readonly touched: number;
    })[];
    const over = rows.filter(
      (row) =>
        row.touched < Date.now() - KEPT_MS ||
        (row.service === service && row.reference !== reference),
    );
    for (const row of over) await within("readwrite", (table) => table.delete(row.service));
    return rows.find((row) => row.service === service && !over.includes(row));
  } catch {
    return undefined;
  }
}

/** Deletes what is kept of one service's application. */
export async function drop(service: string): Promise<void> {
  try {
    await within("readwrite", (table) => table.delete(service));
  } catch {
    // Nothing was kept.
  }
}

/** Deletes everything that was kept in the browser. */
export async function clear(): Promise<void> {
  try {
    await settled(indexedDB.deleteDatabase(NAME));
  } catch {
    // There was none to delete.
  }
}
