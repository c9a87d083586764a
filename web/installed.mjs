// What the build reads of other packages, as this repository pins it: with one missing, or another
// version, nothing is built, so that nothing that was built before is deleted or changed.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Throws, naming them, where packages that the package.json in `root` names are not installed as it says. */
export function verifyInstalled(root) {
  const read = (...path) => JSON.parse(readFileSync(join(root, ...path), "utf8"));
  const { dependencies = {}, devDependencies = {} } = read("package.json");
  const wrong = Object.entries({ ...dependencies, ...devDependencies }).filter(([name, wanted]) => {
    try {
      return read("node_modules", name, "package.json").version !== wanted;
    } catch {
      return true;
    }
  });
  if (wrong.length === 0) return;
  const names = wrong.map(([name, wanted]) => `${name} ${wanted}`).join(", ");
  throw new Error(
    `Not installed: ${names}. Nothing was built or deleted. Remedy: npm ci --ignore-scripts in web.`,
  );
}
