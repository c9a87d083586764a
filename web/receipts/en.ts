// The portal's page of receipts, in English.

export const en = {
  problem: "There is a problem",
  error: "Error",
  here: "Your receipt stays in this browser. It is checked here, and this page asks the trustees and the public log itself: the portal does not see it.",
  checking: "Checking the receipt",
  select: "Select your receipt",
  noReceipt: "The selected file is not a receipt, or was changed",
  fails: "The receipt does not hold: something in it was changed. Look for another copy",
  cannot: "This browser cannot check a receipt. Use a newer Chrome, Edge, Firefox or Safari",
  passphrase: "Enter the receipt’s passphrase",
  wrongPassphrase: "The receipt does not open with this passphrase",
  wordsNone: "Enter the twelve words of your receipt",
  wordsCount: "Enter all twelve words, each once, in their order",
  wordsUnknown: "These are none of the list: {words}. Check their spelling",
  wordsChecksum: "One of the words is another, or they stand in another order. Check each of them",
  referenceNone: "Enter the reference number",
  notFound: "This portal keeps no photo with these words. Check them, and where you applied",
  referenceWrong: "The reference number is not that of these words. Check both",
  portal: "The portal could not be asked for the rest of the receipt. Try again in a minute",
  holds:
    "This receipt holds. {n} of {all} trustees have signed that they keep their part, and entry {index} of the public log says that the photo was sealed.",
  promised: "What was promised about your photo",
  save: "Save the receipt as a file",
  saveNote: "Your words have given the whole receipt again. Save it, and you need them no more.",
  other: "Look at another receipt",
  wanted: "The office asks for another photo",
  wantedNote:
    "It could not read this one: nobody opens it any more, and it may be destroyed {days, plural, one {# day} other {# days}} later, or by you at once. Your application goes on. You may send another photo, or none.",
  choose: "Choose whether to send another",
};

export type PageWord = keyof typeof en;
