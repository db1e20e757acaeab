import { defineConfig } from "vite";

export default defineConfig({
  // Relative, so that the server may stand behind any path.
  base: "./",
  build: {
    outDir: "../src/poseloom/api/static/studio",
    assetsDir: "studio",
    emptyOutDir: true,
    target: "es2022",
    // The page's policy allows pictures from files alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { include: ["test/**/*.test.ts"] },
} as import("vite").UserConfig);
