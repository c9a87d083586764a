// What happened to a photo, in English; the other languages say the same.

import type { Forms } from "../promise/language.js";
import type { PurposeName } from "../formats/fields.js";

/** Acts, and what trustees say. */
export const history = {
  heading: "What happened to your photo",
  asking: "Asking the trustees and the public log. {n} of {all} trustees have answered.",
  complete:
    "Checked in this browser: all trustees have shown everything that they ever said about this photo, and the public log has it. Witnesses saw the log at {at}.",
  settling:
    "Something happened to this photo a moment ago, and the public log does not show all of it yet. What stands below is true. Ask again in a moment; should it stay so for more than a few minutes, tell a trustee.",
  incomplete: "Not everybody could be asked. What stands below is true, and may not be all.",
  contradicted:
    "What you were told contradicts the public log. Keep your receipt, and take it to a trustee that you trust.",
  offline:
    "Neither the trustees nor the public log can be reached from here now. The receipt itself is checked all the same. Ask again when you are online.",
  unreadLog: "The public log could not be read now. Try again in a few minutes.",
  unreadOld:
    "What the witnesses last saw of the public log is more than an hour old: openings since then are not shown.",
  unreadClock:
    "The clock of this device is wrong: witnesses saw the log later than it says. Set it, and ask again.",
  never: "Nobody has opened your photo.",
  notKnown:
    "No opening is known. That nobody has opened it is only certain when everybody could be asked.",
  opened: "{office} opened it on {day} {purpose}.",
  refused: "{office} asked to open it on {day} {purpose}. It was refused.",
  part: "{office} asked to open it on {day} {purpose}. Too few trustees gave their part: it did not open.",
  unanswered:
    "{office} asked to open it on {day} {purpose}. No trustee gave its part: it did not open.",
  sealed: "It was sealed on {day}.",
  closed:
    "The office was done with it on {day}. Nobody opens it any more, and it may be destroyed {days, plural, one {# day} other {# days}} after that.",
  withdrawn: "You withdrew it on {day}. These trustees have destroyed their part: {by}.",
  expired: "Its time was over on {day}. These trustees have destroyed their part: {by}.",
  orphaned: "It was never completed, and was given up on {day} by: {by}.",
  claimed:
    "It was destroyed on {day} for somebody who had shown at trustees’ offices that it is theirs. These trustees have destroyed their part: {by}.",
  "claim-destroy":
    "On {day} somebody showed at the office of {by} that this photo is theirs, without a receipt, and wants it destroyed. Nobody opens it meanwhile. If that was not you, tell {by} at once.",
  "claim-copy":
    "On {day} somebody showed at the office of {by} that this photo is theirs, without a receipt, and wants a copy. If that was not you, tell {by} at once.",
  "claim-lift": "On {day} {by} took back what was claimed there.",
  reason: "Reason, in the officer’s words: “{reason}”",
  at: "Signed at {at}.",
  key: "Signed with key {key} of the office, which knows whose it is, and has to tell you.",
  noReason: "The portal did not show the reason. The office has to tell you.",
  gave: "Trustees that gave their part: {by}.",
  because: "{trustee}: {why}",
  entry: "Entry {index} of the public log",
  owed: "Not on the public log yet",
  seats: "Who holds the parts of the key",
  seatsNote: "{k} parts open the photo; one opens nothing.",
  holds: "holds its part",
  destroyed: "has destroyed its part",
  pending: "had not got its part yet when the photo was sealed, and does not answer now",
  contradicts: "contradicts the public log",
  silent: "could not be asked now",
  code: "The code that sealed it",
  codeOf:
    "Release {number}, version {version}, ran at {origin}. It has stood on the public log since {day}, before your photo.",
  vouchers: "Trustees vouch for it; it takes {k}.",
  rebuilt: "Built it anew from its source, and got the same: {by}.",
  compared: "Compared it with what is served: {by}.",
  differs: "On {day}, {trustee} was served something else in its place, at {where}.",
  noDiffers: "No trustee has said that it was served anything else in its place.",
  codeUnproven: "Which code sealed it is not proven: {why}",
  codeMissing:
    "All trustees have shown everything that they ever said about this photo. Which code sealed it is not proven.",
  again: "Ask again",
  gone: "No trustee has its part any more: nobody can open the photo.",
};

export type HistoryWord = keyof typeof history;

/** How often the photo was opened. */
export const openings: Forms = {
  one: "Your photo was opened once. At most {max} times were promised.",
  other: "Your photo was opened {n} times. At most {max} were promised.",
};

/** What something was for, within a sentence. */
export const purposes: Record<PurposeName, string> = {
  "decide-application": "to decide your application",
  "produce-document": "to produce your document",
  appeal: "to handle your appeal",
  "applicant-copy": "to give you a copy",
};

/** Why a trustee refused a request, by code. */
export const refusals: Record<string, string> = {
  closed: "the case was over",
  expired: "the promise had ended",
  claimed: "somebody had shown at a trustee’s office that they want it destroyed",
  withdrawn: "you had withdrawn the photo",
  erased: "the photo was destroyed",
  purpose: "this purpose was not promised to you",
  "purpose-unknown": "there is no such purpose",
  recipient: "the photo was not promised to this office",
  number: "it was opened as often as was promised",
  "openings-a-day": "it was opened that day as often as was promised",
  "quota-office": "the office had asked for too many photos that day",
  "quota-purpose": "too many photos were asked for that day for this purpose",
  "quota-delay": "so many photos were asked for that requests had to wait",
  slot: "the officer had asked for too many photos that day",
  "officer-unknown": "whoever asked is not an officer of the office",
  "officer-too-new": "the officer’s key was too new",
  "officer-revoked": "the officer no longer belonged to the office",
  "officer-signature": "the officer had not signed it",
  "office-suspended": "the office’s key is suspended",
  "office-forked": "the office had published two lists of officers",
  "tag-foreign": "you could not have found this request",
  "tag-gap": "an earlier request is missing on the log",
  "tag-reused": "the request was not the only one of its number",
  "not-on-the-log": "the request was not on the public log",
  "not-in-view": "the trustee had not seen the request on the public log",
  "no-quorum": "too few witnesses had seen the request on the public log",
  paused: "the trustee answers no requests at present",
  "owes-the-log": "the trustee first had to publish what it owed to the log",
  "rolled-back": "the trustee was restored from an old copy",
  behind: "the trustee had just started, and was still reading the log",
  "view-stale": "the trustee’s view of the log was too old",
  "view-forked": "the log had shown two histories",
  "stale-checkpoint": "the proof was too old",
  "clock-skew": "the request bore another day",
  "request-time": "the request was signed at another time than it was made",
};

/** Why a trustee's word is not complete, by code, after its name. */
export const causes: Record<string, string> = {
  unreachable: "does not answer now.",
  answer: "answered with something that cannot be used.",
  behind: "has just started, and still reads the log. Ask again in a moment.",
  "rolled-back": "was restored from an old copy, and says nothing until that is mended.",
  "view-old":
    "has read the public log only as it was more than an hour ago: it may not know of openings since then.",
  "view-behind":
    "has read the public log only as it was before others read it: it may not know of openings since then.",
  owed: "has told something that the public log does not show yet.",
  "not-shown-yet": "has told something that the public log does not show yet.",
  pending: "had not got its part when the photo was sealed, and does not answer now.",
  denied: "says that it holds no such photo; its acknowledgement in your receipt says otherwise.",
  "numbers-missing": "does not show everything that it wrote about this photo.",
  "more-than-said": "shows more than it says that it wrote.",
  "request-unlogged": "gave its part for a request that is not on the public log.",
  contradiction: "has signed something that contradicts the public log.",
  "not-the-holder": "does not take this receipt for that of the photo.",
};

/** Why it is not proven which code sealed the photo, by code. */
export const appCauses: Record<string, string> = {
  "app-unasked": "no trustee says where the public log has it.",
  "app-unknown": "the code that the promise names is no release on the public log.",
  "app-late": "the code that the promise names came on the public log after the photo.",
  "app-origin": "the code was not released for the address where it ran.",
  "app-circle": "the code was made for a circle that does not lead to the photo’s.",
  "app-signatures": "too few trustees vouch for it.",
  contradiction: "what was shown for it is not what the public log has.",
  unreachable: "the public log does not show it now. Ask again in a moment.",
};

/** What is said of a code that has no words of its own. */
export const other = {
  refusal: "for another reason ({code})",
  cause: "could not be asked ({code}).",
  app: "what the public log has of it does not hold ({code}).",
};

/** Having a photo destroyed. */
export const panel = {
  destroy: "Have it destroyed",
  destroyNote:
    "You can have the photo destroyed at any time, and need no reason. The trustees are asked from here.",
  withdraw: "Withdraw the photo",
  sure: "Withdraw the photo?",
  sureNote:
    "Each trustee destroys its part and signs that it has done so. Nobody can open the photo after that, and it cannot be brought back.",
  goesOn: "Your application goes on without the photo.",
  yes: "Yes, withdraw the photo",
  no: "No, keep it",
  withdrawing: "Withdrawing the photo",
  withdrawingNote: "The trustees are asked to destroy their parts.",
  withdrawn: "Photo withdrawn",
  withdrawnNote: "It cannot be opened any more.",
  closed: "Nobody can open the photo any more",
  closedNote:
    "Not all trustees have confirmed yet. The others pass your withdrawal on to them until they do.",
  notYet: "Not yet withdrawn everywhere",
  notYetNote: "Too few trustees have confirmed. Whoever has confirmed tells all others.",
  erased: "has destroyed its part.",
  statement: "Its signed statement",
  neverHeld: "never got its part, and takes it no more.",
  owed: "has destroyed its part; the public log does not show it yet.",
  attest:
    "These are signed statements. They attest the erasure; nothing can prove that a copy was not made before.",
  askAgain: "Ask them again",
};

export type PanelWord = keyof typeof panel;

/** Being told when something is done with a photo. */
export const telling = {
  tell: "Tell me when it is opened",
  tellNote:
    "A trustee of your choice writes you a mail whenever an office asks to open the photo, and when it ends. The office and this portal do not learn your address.",
  choose: "Choose a trustee",
  looking: "Asking the trustees which of them write mails.",
  none: "None of the trustees writes mails now, or none can be asked from here.",
  retry: "Ask them again",
  addressNote:
    "The address goes from here to the trustee that you choose, and to nobody else. It keeps it encrypted, and forgets it with the photo. A mail says that something was done, and no names or reasons. No mail is no proof: this page is.",
  who: "Who shall tell you?",
  already: "It tells so many addresses of this photo: {told}. Not confirmed yet: {waiting}.",
  stop: "Tell nobody any more",
  address: "Your email address",
  send: "Ask to be told",
  sending: "Asking the trustee.",
  asked: "{trustee} has sent a mail to {address}.",
  askedNote:
    "Open the link in it, and confirm: only then are you told. If no mail comes within an hour, look where unwanted mail is kept, or choose another trustee.",
  another: "Choose another trustee or address",
  stopped: "{trustee} tells nobody of this photo any more.",
  noTrustee: "Select who shall tell you",
  noAddress: "Enter an email address in the correct format, like name@example.com",
  tooMany:
    "This trustee takes no more addresses for this photo today. Have it tell nobody any more, or try again tomorrow.",
  noMore: "This trustee writes no mails any more. Choose another one.",
  over: "This trustee’s part of the photo is destroyed: nothing can happen to it any more.",
  silent: "The trustee could not be asked. Try again, or choose another one.",
};

export type TellingWord = keyof typeof telling;
