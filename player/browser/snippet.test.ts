import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "puppeteer-core";
import { compile } from "svelte/compiler";
import { build, type Rolldown } from "vite";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { compileScript, parse } from "vue/compiler-sfc";
import { BROWSERS, openBrowser, openPage, until, visitPage } from "./browser.ts";
import { Host } from "./host.ts";

const PLAYER = new URL("..", import.meta.url).pathname;
const GUIDE = readFileSync(join(PLAYER, "../docs/guide/player.md"), "utf8");

/** What stands in the guide, with the places of the test's mascot. */
function readSnippet(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(GUIDE)?.[1];
  if (!found) throw new Error(`the guide has no ${language}`);
  return found.replaceAll("waving", "wave");
}

interface Parts {
  readonly file: string;
  readonly code: string;
  readonly main: string;
}

const REACT_MAIN = `import { createElement } from "react"; import { createRoot } from "react-dom/client"; import App from "./App.jsx";
  createRoot(document.getElementById("app")).render(createElement(App));`;

/** All props of the React component, in strict mode, where every effect runs twice. */
const PROPS = `
import { StrictMode, useMemo, useState } from "react";
import { Mascot } from "poseloom-player/react";
export default function App() {
  const [manifest, setManifest] = useState(null);
  const [isTired, setTired] = useState(false);
  const [isOut, setOut] = useState(false);
  const inputs = useMemo(() => ({ tired: isTired }), [isTired]);
  const tell = (event) => heard.push(event.detail.input ?? event.type);
  return (
    <StrictMode>
      {isOut || <Mascot src="/pim/mascot.json" manifest={manifest} inputs={inputs} className="pim" onReady={tell} onStateChange={tell}
        onInputChange={tell} onTransitionStart={tell} onTransitionEnd={tell} onError={tell} />}
      <button id="tired" onClick={() => setTired(!isTired)} />
      <button id="given" onClick={() => setManifest({ ...document.querySelector(".pim").manifest, name: "Given" })} />
      <button id="wrong" onClick={() => setManifest({})} />
      <button id="out" onClick={() => setOut(true)} />
    </StrictMode>
  );
}`;

/** For each framework: the file of the component as JavaScript, and the page's start. */
const MAKERS: Readonly<Record<string, () => Parts>> = {
  jsx: () => ({
    file: "App.jsx",
    code: readSnippet("jsx"),
    main: REACT_MAIN,
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

async function bundle(parts: Parts): Promise<string> {
  const folder = mkdtempSync(join(PLAYER, "node_modules/.snippet-"));
  writeFileSync(join(folder, parts.file), parts.code);
  writeFileSync(join(folder, "main.js"), parts.main);
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
    const props: Parts = { file: "App.jsx", code: PROPS, main: REACT_MAIN };
    for (const [language, make] of Object.entries({ ...MAKERS, props: () => props })) {
      pages[`/${language}.js`] = await bundle(make());
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

  test("the React component gives its props and tells what happens, no more than once", async () => {
    const page = await browser.newPage();
    await page.evaluateOnNewDocument("window.heard = []");
    await visitPage(page, `${host.url}props`);
    await until(page, "rests('idle') && heard.includes('ready')");
    await page.click("#tired");
    await until(page, "rests('sleep')");
    const heard = await page.evaluate(
      "heard.filter((one) => one !== 'loopCount' && one !== 'nodeTime').join()", // loops come round when they do
    );
    expect(heard).toBe("ready,tired,transitionstart,transitionend,statechange");
    await page.click("#given");
    await until(page, "mascot().manifest.name === 'Given' && rests('sleep') && mascot().className === 'pim'");
    await page.click("#wrong");
    await until(page, "heard.at(-1) === 'error'");
    expect(await page.evaluate("heard.filter((one) => one === 'ready').length")).toBe(2);
    await page.evaluate("window.kept = mascot()");
    await page.click("#out");
    await until(page, "!mascot() && !kept.shadowRoot.querySelector('video')");
    await page.close();
  });
});
