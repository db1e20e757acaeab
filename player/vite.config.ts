import { defineConfig, type LibraryOptions } from "vite";

/** One classic script that also works from file://, for pages and bundles. */
const SCRIPT: LibraryOptions = {
  entry: "src/index.ts",
  name: "Poseloom",
  formats: ["iife"],
  fileName: () => "poseloom-player.js",
};

/** Modules for those who build their own page: the element, and the machine alone. */
const MODULE: LibraryOptions = {
  entry: { "poseloom-player": "src/index.ts", machine: "src/machine/index.ts" },
  formats: ["es"],
};

export default defineConfig(({ mode }) => {
  const isModule = mode === "module";
  return {
    build: {
      lib: isModule ? MODULE : SCRIPT,
      outDir: isModule ? "dist" : "../src/poseloom/media/player",
      emptyOutDir: isModule,
      target: "es2022",
      minify: true,
      reportCompressedSize: true,
    },
    publicDir: false,
  };
});
