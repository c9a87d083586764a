"""All that a page has left in its browser, as texts: what a program on that device could read."""

from __future__ import annotations

from typing import Any

from tests.browser.seen import computed

#: Every value of every row of every database, and both storages. Bytes come as Latin-1.
_ALL = """async (databasesOnly) => {
    const texts = [];
    const say = (value) => {
        if (value instanceof ArrayBuffer) value = new Uint8Array(value);
        if (value instanceof Uint8Array) {
            texts.push(Array.from(value, (byte) => String.fromCharCode(byte)).join(""));
        } else if (value instanceof CryptoKey) {
            texts.push(`key ${value.extractable} ${value.usages}`);
        } else if (value !== null && typeof value === "object") {
            for (const [name, each] of Object.entries(value)) { texts.push(name); say(each); }
        } else texts.push(String(value));
    };
    const done = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    for (const { name } of await indexedDB.databases()) {
        if (!databasesOnly) texts.push(name);
        const database = await done(indexedDB.open(name));
        for (const table of database.objectStoreNames) {
            for (const row of await done(database.transaction(table).objectStore(table).getAll()))
                say(row);
        }
        database.close();
    }
    if (databasesOnly) return texts;
    for (const storage of [localStorage, sessionStorage])
        for (const name of Object.keys(storage)) texts.push(name, storage.getItem(name));
    return texts;
}"""


def all_kept(page: Any) -> list[str]:
    """Databases with their rows, and both storages, of the page's origin."""
    return computed(page, _ALL, False)


def kept_rows(page: Any) -> list[str]:
    """What the rows of all databases hold; a frame's are its own."""
    return computed(page, _ALL, True)
