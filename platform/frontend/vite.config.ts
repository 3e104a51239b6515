import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [vue()],
  // The same prefix stands in stackroom/web/assets.py; the pages read the names from the manifest.
  base: "/static/dist/",
  build: {
    outDir: "../stackroom/web/static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    // The content security policy has no `data:`, so nothing may be inlined as one.
    assetsInlineLimit: 0,
    rollupOptions: { input: ["src/main.ts", "src/api-docs.ts"] },
  },
  css: {
    preprocessorOptions: {
      scss: {
        // Bootstrap 5.3 still uses @import; its deprecation warnings are not ours to mend.
        quietDeps: true,
        silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
      },
    },
  },
  define: { __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false" },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    restoreMocks: true,
  },
});
