// What a receipt says, in English.

export const en = {
  title: "Receipt for your photo",
  reference: "Your reference number",
  checking: "Checking the receipt",
  holds: "This receipt holds",
  holdsNote:
    "Checked now, in this browser, without asking anybody: {n} of {all} trustees have signed that they keep their part of the sealed photo, and entry {index} of the public log says that it was sealed.",
  pending: "These trustees had not confirmed yet. The photo’s page shows whether they have since:",
  fails: "This receipt does not hold",
  failsNote:
    "Something in this file was changed, or it was never a receipt. Do not rely on it. Look for another copy.",
  cannot: "This browser cannot check the receipt",
  cannotNote:
    "Nothing is wrong with the receipt. Open this file in a newer Chrome, Edge, Firefox or Safari.",
  promised: "What was promised about your photo",
  byServer: "The portal’s server sealed it, and saw the photo before.",
  byDevice: "It was sealed on the applicant’s own device.",
  byApp:
    "The device says that it used the application from {origin}. These are the first signs of its number on the public log; the page {page} and the program below tell which trustees vouch for it:",
  use: "What you can do with this receipt",
  useNote:
    "Open this file whenever you like: it shows who opened your photo, and has it destroyed if you want. It asks the trustees and the public log itself; your account or the portal’s word are not needed.",
  seen: "The same on the portal’s page:",
  give: "Choose this file there, or type the words below.",
  command: "With a program, on a computer of your own:",
  paper: "On paper",
  paperNote:
    "These twelve words and the reference number are this receipt once more. Type them, or let a phone’s camera read the code, on the portal’s page. Whoever has them can have the photo destroyed.",
  paperNone: "This receipt has no words: its secrets were drawn each for itself. Keep the file.",
  codeLabel: "A code for a phone’s camera, with the same words in it",
  words: "Twelve words",
  lock: "Protect it with a passphrase",
  lockNote:
    "Makes a copy of this file that opens with a passphrase only. If you forget it, the words above still help. Delete this file afterwards, if you want nobody to read it.",
  passphrase: "Passphrase",
  passphraseHint: "At least 12 characters: a few words that nobody would guess",
  short: "Error: The passphrase must have at least 12 characters",
  lockButton: "Save the protected copy",
  locked: "This receipt is protected by a passphrase",
  unlock: "Open the receipt",
  wrong: "Error: The receipt does not open with this passphrase",
  keep: "Keep it safe",
  keepNote:
    "This file is the key to your photo’s history, and whoever has it can have the photo destroyed. Nobody else has a copy. Put it where you keep papers that matter; a copy on a stick or in another mailbox of yours does no harm, and a print on paper holds the same. Show it only to people whom you trust with that. Should you lose everything: a trustee’s office can help whoever shows who they are.",
  unchecked: "What this page cannot check",
  uncheckedNote:
    "Whether the trustees are who they say: compare this number with the one that any of them publishes. All else in this receipt is bound by their signatures; nothing in it is unchecked.",
  circle: "The circle’s number",
  print: "Print",
};

export type ReceiptWord = keyof typeof en;
