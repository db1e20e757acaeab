import { defineConfig, type LibraryOptions, type Plugin } from "vite";

const BUNDLE = "../src/poseloom/media/player";
const PART = "./poseloom-stacked.js";

/** One classic script that also works from file://, for pages and bundles. */
const SCRIPT: LibraryOptions = {
  entry: "src/index.ts",
  name: "Poseloom",
  formats: ["iife"],
  fileName: () => "poseloom-player.js",
};

/** The part that the script loads when it needs it. */
const STACKED: LibraryOptions = {
  entry: "src/stacked/index.ts",
  formats: ["es"],
  fileName: () => "poseloom-stacked.js",
};

/** Modules for those who build their own page: the element, the machine alone, and the React component. */
const MODULE: LibraryOptions = {
  entry: { index: "src/index.ts", machine: "src/machine/index.ts", react: "src/react.ts" },
  formats: ["es"],
};

/** The part stays a file of its own beside the script, which `import()` finds from the script's address. */
const partBeside: Plugin = {
  name: "part-beside",
  enforce: "pre",
  resolveId: (id, importer) =>
    importer && id.endsWith("/stacked/index.ts") ? { id: PART, external: "absolute" } : null,
};

const LIBRARIES: Readonly<Record<string, LibraryOptions>> = { module: MODULE, stacked: STACKED };

export default defineConfig(({ mode }) => {
  const lib = LIBRARIES[mode] ?? SCRIPT;
  const isModule = lib === MODULE;
  return {
    plugins: lib === SCRIPT ? [partBeside] : [],
    build: {
      lib,
      outDir: isModule ? "dist" : BUNDLE,
      emptyOutDir: isModule,
      target: "es2022",
      minify: true,
      reportCompressedSize: true,
      rolldownOptions: { external: ["react"] },
    },
    publicDir: false,
  };
});
