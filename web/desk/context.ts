// What every view of the desk works with.

import type { OwnOffice } from "./office.js";
import type { Officer } from "./officer.js";
import type { Portal } from "./portal.js";

export interface Desk {
  readonly portal: Portal;
  readonly office: OwnOffice;
  readonly officer: Officer;
}
