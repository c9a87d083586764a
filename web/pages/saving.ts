// Giving people a file that was made in their browser.

/** A slow device may begin to read the file long after the click that asked for it. */
const READ_WITHIN_MS = 60_000;

/** Saves a page, under this name, where downloads go. */
export function savePage(name: string, content: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "text/html" }));
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, READ_WITHIN_MS);
}
