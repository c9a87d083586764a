import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** What decides about bytes imports no other room, and touches neither page nor network. */
const PURE = {
  "no-restricted-imports": ["error", { patterns: [{ group: ["../*"] }] }],
  "no-restricted-globals": ["error", "document", "window", "navigator", "location", "fetch"],
};

export default defineConfig(
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "max-lines": ["error", 300],
      eqeqeq: "error",
    },
  },
  {
    files: ["desk/**/*.ts", "photo/**/*.ts"],
    rules: {
      // What people read is in the words of the page's language; `Problem.odd` takes the rest.
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "NewExpression[callee.name='Problem'] > :matches(Literal[value=/./], TemplateLiteral):not(:first-child)",
          message: "Say it in words of every language, or by Problem.odd.",
        },
      ],
    },
  },
  { files: ["formats/*.ts", "gate/*.ts", "jpeg/*.ts", "portrait/*.ts"], rules: PURE },
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
