/** The sheets are written without empty lines: each rule says by its selector what it is for. */
const spacing = [
  "at-rule-empty-line-before",
  "comment-empty-line-before",
  "custom-property-empty-line-before",
  "declaration-empty-line-before",
  "rule-empty-line-before",
];

export default {
  extends: "stylelint-config-standard",
  rules: {
    ...Object.fromEntries(spacing.map((rule) => [rule, null])),
    // In a sum, a fallback of nothing has to be a length.
    "length-zero-no-unit": [true, { ignoreFunctions: ["var"] }],
    // The older notation is understood by older browsers as well.
    "media-feature-range-notation": "prefix",
    // It warns of selectors that never match the same element.
    "no-descending-specificity": null,
  },
};
