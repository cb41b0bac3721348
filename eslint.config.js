import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: [".venv*/", ".dev/", "**/vendor/"] },
  js.configs.recommended,
  {
    rules: {
      complexity: ["error", 10],
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "max-lines-per-function": ["error", 60],
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({
          property,
          message: "Guide text comes from outside: build nodes and set textContent.",
        })),
      ],
      "no-unused-expressions": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["custom_components/**"],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ["tests/**", "scripts/**"],
    languageOptions: { globals: globals.node },
  },
];
