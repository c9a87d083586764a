// A code to be read by a camera (QR, ISO/IEC 18004), as a picture that prints sharp at any size.

import { encodeQR } from "qr";

/** The quiet zone around a code, in modules (ISO/IEC 18004 section 9.1). */
const QUIET = 4;

/** A drawing of the text as a code; `label` says what it is to those who do not see it. */
export function codePicture(text: string, label: string): SVGSVGElement {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: QUIET });
  const size = rows.length;
  const dark = rows.flatMap((row, y) =>
    row.flatMap((on, x) => (on ? [`M${String(x)} ${String(y)}h1v1h-1z`] : [])),
  );
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", `0 0 ${String(size)} ${String(size)}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", label);
  picture.setAttribute("shape-rendering", "crispEdges");
  const ground = document.createElementNS(space, "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", "#fff");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", dark.join(""));
  path.setAttribute("fill", "#000");
  picture.append(ground, path);
  return picture;
}
