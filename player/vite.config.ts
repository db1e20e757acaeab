import { type MinifyOptions, minify } from "terser";
import { defineConfig, type LibraryOptions, type Plugin } from "vite";

const BUNDLE = "../src/poseloom/media/player";
const TARGET = "es2022";

/** One classic script that also works from file://, for pages and bundles. */
const SCRIPT: LibraryOptions = {
  entry: "src/script.ts",
  name: "Poseloom",
  formats: ["iife"],
  fileName: () => "poseloom-player.js",
};

/** The parts that the script loads when it needs them: each a folder and a file. */
const PARTS = ["stacked", "reader"];

function makePart(name: string): LibraryOptions {
  return { entry: `src/${name}/index.ts`, formats: ["es"], fileName: () => `poseloom-${name}.js` };
}

/** Modules for those who build their own page: the element, the machine alone, and the React component. */
const MODULE: LibraryOptions = {
  entry: { index: "src/index.ts", machine: "src/machine/index.ts", react: "src/react.ts" },
  formats: ["es"],
};

/** Names of properties that never leave the script: neither a page nor a manifest nor the browser knows them. */
const INNER =
  /^(inputOf|edgeOf|places|candidates|hops|isLoop|still|stepped|ended|failed|isFit|warm|hold|mount|unmount|update|dispatch|prefetch|drop|strike|run|answersClicks|paint|root|reveal|step)$/;

const MINIFY = { compress: { target: TARGET }, mangle: true, mangleProps: { include: INNER } };

/** A second minifier after the first: what one inlines the other shortens. */
const AGAIN: MinifyOptions = {
  ecma: 2020,
  compress: { passes: 3, unsafe_arrows: true, pure_getters: true, lhs_constants: false },
};

const minifyAgain: Plugin = {
  name: "minify-again",
  async generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === "chunk") chunk.code = (await minify(chunk.code, AGAIN)).code ?? chunk.code;
    }
  },
};

/** A part stays a file of its own beside the script, which `import()` finds from the script's address. */
const partBeside: Plugin = {
  name: "part-beside",
  enforce: "pre",
  resolveId(id, importer) {
    const part = PARTS.find((name) => importer && id.endsWith(`/${name}/index.ts`));
    return part ? { id: `./poseloom-${part}.js`, external: "absolute" } : null;
  },
};

export default defineConfig(({ mode }) => {
  const lib = mode === "module" ? MODULE : PARTS.includes(mode) ? makePart(mode) : SCRIPT;
  const isModule = lib === MODULE;
  return {
    plugins: lib === SCRIPT ? [partBeside, minifyAgain] : [],
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
