// What a closed tab must not lose until the application is sent, in the browser's own database:
// what was typed, and what withdraws a photo that is sealed; nothing of it opens the photo. It is
// encrypted (`box`), and opens in this browser session alone (`part`). It is deleted when the
// application is sent; of one that was given up, when the portal has forgotten it.
//
// A row is one application's, by its reference: two tabs with an application each (two frames of a
// city's form) leave each other's alone, and of one application no tab overwrites what another
// has sealed. Where a browser keeps nothing (private mode, full disk), the page says so and goes on.

import { type Bytes, fromBase64, fromUtf8, toBase64, utf8 } from "../../formats/bytes.js";
import { type EncryptedBox, boxed, nameOf, unboxed } from "./box.js";
import { inside } from "./embedded.js";
import { byTab, forgetPart, partNow, partOf } from "./part.js";
import type { Pending } from "./sealing.js";

/** A frame's application and one of the portal's own pages leave each other alone. */
const NAME = inside ? "habeas-application-embedded" : "habeas-application";
const TABLE = "applications";
/** The first had rows in the clear. */
const VERSION = 2;
const HOUR_MS = 3_600_000;
/** As long as the portal remembers a browser's application (KEEP_HOURS). */
const KEPT_MS = 24 * HOUR_MS;

/** One application on its way. */
export interface Row {
  readonly service: string;
  readonly reference: string;
  /** What was typed, by question. */
  readonly typed: Readonly<Record<string, string>>;
  readonly pending?: Pending;
}

/** A row as it lies there; `id` and `seal` say nothing to whoever does not have the part. */
interface Stored extends EncryptedBox {
  readonly id: string;
  /** Which photo was sealed; "" for none. */
  readonly seal: string;
  /** POSIX milliseconds, of the hour. */
  readonly touched: number;
}

/** The photos that this tab has sealed, or gone on with. */
const known = new Set<string>();

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
  act: (table: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const opening = indexedDB.open(NAME, VERSION);
  opening.onupgradeneeded = () => {
    const { result } = opening;
    if (result.objectStoreNames.contains(TABLE)) result.deleteObjectStore(TABLE);
    result.createObjectStore(TABLE, { keyPath: "id" });
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
    // Where the act itself fails, that is what is said.
    done.catch(() => undefined);
    const result = await act(transaction.objectStore(TABLE));
    await done;
    return result;
  } finally {
    database.close();
  }
}

const rowId = (part: Bytes, service: string, reference: string): Promise<string> =>
  nameOf(part, `row ${service} ${reference}`);

const sealOf = async (part: Bytes, pending: Pending | undefined): Promise<string> =>
  pending ? nameOf(part, `seal ${pending.promise}`) : "";

/** JSON of a row; its one field of bytes goes as base64. */
function written(row: Row): Bytes {
  const { pending } = row;
  if (!pending) return utf8(JSON.stringify(row));
  const parcel = { ...pending.parcel, ciphertext: toBase64(pending.parcel.ciphertext) };
  return utf8(JSON.stringify({ ...row, pending: { ...pending, parcel } }));
}

type Written = Omit<Row, "pending"> & {
  readonly pending?: Omit<Pending, "parcel"> & {
    readonly parcel: { readonly head: string; readonly ciphertext: string };
  };
};

function read(content: Bytes): Row {
  const { pending, ...row } = JSON.parse(fromUtf8(content)) as Written;
  if (!pending) return row;
  const ciphertext = fromBase64(pending.parcel.ciphertext);
  return { ...row, pending: { ...pending, parcel: { head: pending.parcel.head, ciphertext } } };
}

/**
 * Keeps an application in place of what was kept of it.
 *
 * False where the browser keeps nothing, and where another tab has sealed a photo for it meanwhile,
 * which stays.
 */
export async function keep(row: Row): Promise<boolean> {
  try {
    const part = partOf();
    const id = await rowId(part, row.service, row.reference);
    const seal = await sealOf(part, row.pending);
    const box = await boxed(written(row), part, id);
    const touched = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    return await within("readwrite", async (table) => {
      const before = (await settled(table.get(id))) as Stored | undefined;
      if (before && before.seal !== "" && !known.has(before.seal)) return false;
      await settled(table.put({ ...box, id, seal, touched } satisfies Stored));
      if (seal !== "") known.add(seal);
      return true;
    });
  } catch {
    return false;
  }
}

/** A stored row, if this session can open it. */
async function opened(stored: Stored, part: Bytes): Promise<Row | undefined> {
  try {
    return read(await unboxed(stored, part, stored.id));
  } catch {
    return undefined;
  }
}

/** Deletes rows, as far as they are still those. */
const remove = (ids: readonly string[]): Promise<void> =>
  within("readwrite", async (table) => {
    for (const id of ids) await settled(table.delete(id));
  });

/**
 * What is kept of an application, if anything; what the portal has forgotten is deleted.
 *
 * Where all tabs share one application of a service, so is an earlier one of the same service, and
 * what no session opens any more.
 */
export async function kept(service: string, reference: string): Promise<Row | undefined> {
  try {
    const part = partNow();
    const all = await within("readonly", (table) =>
      settled(table.getAll() as IDBRequest<Stored[]>),
    );
    const over: string[] = [];
    let found: Row | undefined;
    for (const stored of all) {
      const row = part && (await opened(stored, part));
      const other = !byTab() && (!row || (row.service === service && row.reference !== reference));
      if (stored.touched < Date.now() - KEPT_MS - HOUR_MS || other) over.push(stored.id);
      else if (row?.service === service && row.reference === reference) {
        found = row;
        known.add(stored.seal);
      }
    }
    if (over.length > 0) await remove(over);
    return found;
  } catch {
    return undefined;
  }
}

/** Deletes what is kept of one application. */
export async function drop(service: string, reference: string): Promise<void> {
  try {
    const part = partNow();
    if (part) await remove([await rowId(part, service, reference)]);
  } catch {
    // Nothing was kept.
  }
}

/** Deletes everything that was kept: in the browser, or of this tab where each has its own. */
export async function clear(service: string, reference: string): Promise<void> {
  try {
    if (byTab()) await drop(service, reference);
    else await settled(indexedDB.deleteDatabase(NAME));
    forgetPart();
  } catch {
    // There was nothing to delete.
  }
}
