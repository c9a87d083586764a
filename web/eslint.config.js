import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const FORMATS_STAY_PURE = {
  patterns: [{ group: ["../*"], message: "web/formats imports no other room." }],
};

export default defineConfig(
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_" }],
      "max-lines": ["error", 300],
      eqeqeq: "error",
    },
  },
  {
    files: ["formats/**/*.ts"],
    rules: {
      "no-restricted-imports": ["error", FORMATS_STAY_PURE],
      "no-restricted-globals": ["error", "document", "window", "navigator", "location", "fetch"],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // The runner waits for what test() returns.
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["test", "suite"] },
          ],
        },
      ],
    },
  },
  { files: ["*.mjs"], languageOptions: { globals: { process: "readonly" } } },
);
