import { defineConfig, type LibraryOptions, type Plugin } from "vite";

const BUNDLE = "../src/poseloom/media/player";
const TARGET = "es2022";
const PART = "./poseloom-stacked.js";

/** One classic script that also works from file://, for pages and bundles. */
const SCRIPT: LibraryOptions = {
  entry: "src/script.ts",
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

/** Names of properties that never leave the script: neither a page nor a manifest nor the browser knows them. */
const INNER =
  /^(inputOf|edgeOf|places|candidates|hops|isLoop|seconds|stills|clips|cameRound|stepped|whenPainted|isFit|warm|resume|hold|unmount|mount|dispatch|prefetch|dispose|forget|failed)$/;

const MINIFY = { compress: { target: TARGET }, mangle: true, mangleProps: { include: INNER } };

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
      target: TARGET,
      minify: lib !== SCRIPT,
      reportCompressedSize: true,
      rolldownOptions: {
        external: ["react"],
        ...(lib === SCRIPT ? { output: { minify: MINIFY } } : {}),
      },
    },
    publicDir: false,
  };
});
