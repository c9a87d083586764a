// What the office writes down about a case: made and read here, kept by the portal in seal.

import {
  type CaseNote,
  FormatError,
  type SignedNote,
  fromBase64,
  momentOf,
  noteMessage,
  openNote,
  sealNote,
  toBase64,
  verifyNote,
} from "../formats/index.js";
import type { Desk } from "./context.js";
import { findPerson } from "./office.js";

/** The parts of a note that its act brings. */
type NoteParts = Pick<CaseNote, "act"> & Partial<CaseNote>;

/** A note as the desk shows it: whose it is, and whether the office's list bears that out. */
export interface ReadNote {
  readonly note: CaseNote;
  readonly label: string;
  readonly trusted: boolean;
}

/** A note, sealed to the office, base64. A decision asks the officer for a signature. */
export async function writeNote(
  { officer, office }: Desk,
  reference: string,
  said: NoteParts,
): Promise<string> {
  const note: CaseNote = {
    v: 2,
    kind: "case-note",
    reference,
    office: office.office,
    credential: officer.credential.id,
    reason: "",
    to: "",
    at: momentOf(new Date()),
    ...said,
  };
  const signs = said.act === "decided" || said.act === "proposed";
  const signed: SignedNote = {
    v: 2,
    kind: "signed-note",
    note,
    credential: officer.credential,
    ...(signs && { assertion: await officer.sign(noteMessage(note)) }),
  };
  return toBase64(await sealNote(office.encryptionKey, signed));
}

/** The notes of a case, oldest first. What cannot be read is left out: anybody can seal here. */
export async function readNotes(
  { office, officer }: Desk,
  reference: string,
  sealed: readonly string[],
): Promise<ReadNote[]> {
  const opened: ReadNote[] = [];
  for (const each of sealed) {
    try {
      const found = await openNote(officer.officeKey, fromBase64(each), reference);
      opened.push({
        note: found.note,
        label: found.credential.label,
        trusted: await isTrusted(office.office, found),
      });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
  return opened.sort((a, b) => a.note.at.localeCompare(b.note.at));
}

async function isTrusted(office: string, found: SignedNote): Promise<boolean> {
  try {
    await verifyNote(found, (await findPerson(office, found.credential.label))?.credential);
    return true;
  } catch {
    return false;
  }
}
