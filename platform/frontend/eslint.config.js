import js from "@eslint/js";
import vue from "eslint-plugin-vue";
import globals from "globals";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["coverage/"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  ...vue.configs["flat/recommended"],
  {
    files: ["**/*.{ts,vue}"],
    languageOptions: { globals: globals.browser, parserOptions: { parser: ts.parser } },
  },
  { files: ["public/*.js"], languageOptions: { globals: globals.serviceworker } },
  { files: ["*.mjs", "*.config.*"], languageOptions: { globals: globals.node } },
  {
    files: ["**/*.vue"],
    rules: {
      // Several short attributes may share a line, and `Icon` is a good name.
      "vue/max-attributes-per-line": "off",
      "vue/multi-word-component-names": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/html-self-closing": ["error", { html: { void: "always" } }],
      // Inline styles are refused by the content security policy, raw HTML by good sense.
      "vue/no-static-inline-styles": "error",
      "vue/no-v-html": "error",
    },
  },
);
