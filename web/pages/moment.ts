// Solves the puzzle of a page whose network comes near a rate (hashcash with SHA-256), while the
// page goes on: from then on this browser is counted by itself. See habeas/portal/site/moment.py.

import { need } from "./dom.js";

/** Leading zero bits; the portal's number. */
const BITS = 16;

async function solve(challenge: string): Promise<number> {
  const encoder = new TextEncoder();
  for (let answer = 0; ; answer++) {
    const content = encoder.encode(`${challenge}:${String(answer)}`);
    const hash = new DataView(await crypto.subtle.digest("SHA-256", content));
    if (hash.getUint32(0) >>> (32 - BITS) === 0) return answer;
  }
}

async function go(): Promise<void> {
  const challenge = need(document, "meta[name=moment]", HTMLMetaElement).content;
  await fetch("/moment/", {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: JSON.stringify({ challenge, answer: await solve(challenge) }),
  });
}

// Without it the page works as before.
go().catch(() => undefined);
