import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "puppeteer-core";
import { compile } from "svelte/compiler";
import { build, type Rolldown } from "vite";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { compileScript, parse } from "vue/compiler-sfc";
import { BROWSERS, openBrowser, openPage, until } from "./browser.ts";
import { Host } from "./host.ts";

const PLAYER = new URL("..", import.meta.url).pathname;
const GUIDE = readFileSync(join(PLAYER, "../docs/guide/player.md"), "utf8");

/** What stands in the guide, with the places of the test's mascot. */
function readSnippet(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(GUIDE)?.[1];
  if (!found) throw new Error(`the guide has no ${language}`);
  return found.replaceAll("waving", "wave");
}

/** For each framework: the file of the component as JavaScript, and the page's start. */
const MAKERS: Readonly<Record<string, () => { file: string; code: string; main: string }>> = {
  jsx: () => ({
    file: "App.jsx",
    code: readSnippet("jsx"),
    main: `import { createElement } from "react"; import { createRoot } from "react-dom/client"; import App from "./App.jsx";
      createRoot(document.getElementById("app")).render(createElement(App));`,
  }),
  vue: () => {
    const { descriptor } = parse(readSnippet("vue"));
    const isCustomElement = (tag: string) => tag === "poseloom-mascot";
    const templateOptions = { compilerOptions: { isCustomElement } };
    const { content } = compileScript(descriptor, { id: "app", inlineTemplate: true, templateOptions });
    const main = `import { createApp } from "vue"; import App from "./App.js"; createApp(App).mount("#app");`;
    return { file: "App.js", code: content, main };
  },
  svelte: () => ({
    file: "App.js",
    code: compile(readSnippet("svelte"), { generate: "client" }).js.code,
    main: `import { mount } from "svelte"; import App from "./App.js"; mount(App, { target: document.getElementById("app") });`,
  }),
};

async function bundle(language: string): Promise<string> {
  const folder = mkdtempSync(join(PLAYER, "node_modules/.snippet-"));
  const parts = MAKERS[language]?.();
  writeFileSync(join(folder, parts?.file ?? ""), parts?.code ?? "");
  writeFileSync(join(folder, "main.js"), parts?.main ?? "");
  const built = (await build({
    configFile: false,
    root: folder,
    logLevel: "silent",
    define: { "process.env.NODE_ENV": '"development"' },
    resolve: {
      conditions: ["browser", "module", "import", "default"],
      alias: [
        { find: "poseloom-player/react", replacement: join(PLAYER, "src/react.ts") },
        { find: "poseloom-player", replacement: join(PLAYER, "src/index.ts") },
      ],
    },
    build: { write: false, lib: { entry: "main.js", formats: ["iife"], name: "App" } },
  })) as Rolldown.RolldownOutput[];
  rmSync(folder, { recursive: true });
  const [script] = built.flatMap(({ output }) => output);
  return script?.type === "chunk" ? script.code : "";
}

describe.each(BROWSERS)("%s", (name) => {
  let browser: Browser;
  let host: Host;

  beforeAll(async () => {
    const pages: Record<string, string> = { "/html": readSnippet("html") };
    for (const language of Object.keys(MAKERS)) {
      pages[`/${language}.js`] = await bundle(language);
      pages[`/${language}`] =
        `<!doctype html><title>${language}</title><div id="app"></div><script src="${language}.js"></script>`;
    }
    host = await Host.open({ "/pim/": inject("bundle") }, { pages });
    browser = await openBrowser(name);
  });
  afterAll(async () => {
    await browser?.close();
    host?.close();
  });

  test.each(["html", ...Object.keys(MAKERS)])(
    "the guide's %s plays, takes a word and answers",
    async (language) => {
      const page = await openPage(browser, host.url + language);
      await until(page, "seen()?.currentTime > 0 && rests('idle')");
      await page.click("#wave");
      await until(page, "document.getElementById('where').textContent === 'wave'");
      expect(await page.evaluate("log.filter((one) => one.name === 'error').length")).toBe(0);
      await page.close();
    },
  );
});
