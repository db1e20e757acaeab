import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import type { Manifest } from "../src/index.ts";
import { BROWSERS, CAN_STACK, openBrowser, openPage, until, visitPage } from "./browser.ts";
import { Host, type HostOptions } from "./host.ts";
import { watch } from "./watch.ts";

const DISC = Math.PI * (26 / 128) ** 2;
const PICTURES = new URL("../../build/player/", import.meta.url).pathname;
/** A folder with exports of other tools, which do not live here. */
const FOREIGN = process.env.POSELOOM_MASCOTS;
const FALLBACK = '<img src="posters/idle.png" alt="Dot, waiting">';
const SCRIPT = '<script src="player/poseloom-player.js"></script>';
/** Measure every frame from the first on. */
const LOOKER = `<script>window.covers = [];
  (function look() { if (mascot()?.state) covers.push(cover()); requestAnimationFrame(look); })();</script>`;
const PAGE = `<!doctype html><meta charset="utf-8"><title>Dot</title><link rel="icon" href="data:,">`;
const ONE = `${PAGE}<poseloom-mascot src="mascot.json">${FALLBACK}</poseloom-mascot>${SCRIPT}`;

describe.each(BROWSERS)("%s", (name) => {
  let browser: Browser;
  const open: { close(): void }[] = [];

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    browser = await openBrowser(name);
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    for (const host of open.splice(0)) host.close();
    for (const page of (await browser.pages()).slice(1)) {
      expect(await page.evaluate("window.faults ?? []")).toEqual([]);
      await page.close();
    }
  });

  async function visit(html: string, options: HostOptions = {}, path = "page.html"): Promise<Page> {
    const pages = { "/page.html": html, ...options.pages };
    const host = await Host.open({ "/": inject("bundle") }, { ...options, pages });
    open.push(host);
    return openPage(browser, host.url + path);
  }

  async function picture(page: Page, title: string): Promise<void> {
    await page.screenshot({ path: join(PICTURES, `${name}-${title}.png`) as `${string}.png` });
  }

  test("a bundle on a plain static host plays and answers", async () => {
    const page = await visit("", {}, "index.html");
    await until(page, "seen()?.currentTime > 0 && rests('idle')");
    await page.click("poseloom-mascot");
    await until(page, "log.some((one) => one.name === 'statechange' && one.node === 'wave')");
    await picture(page, "bundle");
    const names = await page.evaluate("[...new Set(log.map((one) => one.name))].sort().join()");
    expect(names).toBe("inputchange,ready,statechange,transitionend,transitionstart");
  });

  test("three on one page play side by side", async () => {
    const one = '<poseloom-mascot src="mascot.json"></poseloom-mascot>';
    const page = await visit(`${PAGE}${one}${one}${one}${SCRIPT}`);
    const all = "[...document.querySelectorAll('poseloom-mascot')]";
    await until(page, `${all}.length === 3 && ${all}.every((one) => seen(one)?.currentTime > 0)`);
    await page.evaluate(`${all}[1].go("wave")`);
    await until(page, `${all}[1].node === "wave"`);
    expect(await page.evaluate(`${all}.every((one) => Math.abs(cover(one) - ${DISC}) < 0.01)`)).toBe(true);
    expect(await page.evaluate(`${all}[0].node + ${all}[2].node`)).toBe("idleidle");
    await picture(page, "three");
  });

  test("go walks to a node and says when it is there", async () => {
    const page = await visit(ONE);
    await until(page, "rests('idle')");
    await page.evaluate("mascot().go('wave')");
    await until(page, "log.some((one) => one.name === 'statechange')");
    const said = await page.evaluate(
      "JSON.stringify(log.filter((one) => one.name !== 'inputchange').slice(1, 4))",
    );
    const edge = { edge: "idle-wave", source: "idle", target: "wave" };
    expect(JSON.parse(said as string)).toEqual([
      { name: "transitionstart", ...edge },
      { name: "transitionend", ...edge },
      { name: "statechange", node: "wave", from: "idle" },
    ]);
  });

  test("a slow network shows old pictures, never none", async () => {
    const page = await visit(ONE, { bytesPerSecond: 24_000 });
    await until(page, "seen()?.tagName === 'VIDEO' && rests('idle')");
    const sighting = await watch(page, 5, DISC);
    expect(sighting).toMatchObject({ blank: 0, doubled: 0 });
  });

  test("without a single clip the poses stand, labelled, and still change", async () => {
    const page = await visit(ONE, { missing: /clips/ });
    await until(page, "seen()?.tagName === 'IMG' && seen().naturalWidth > 0 && rests('idle')");
    await page.evaluate("mascot().set('tired', true)");
    await until(page, "rests('sleep') && seen().src.endsWith('sleep.png') && seen().complete");
    expect(await page.evaluate(`Math.abs(cover() - ${DISC}) < 0.01`)).toBe(true);
    expect(await page.evaluate("mascot().getAttribute('aria-label')")).toBe("Dot </script> & co");
    expect(await page.evaluate("log.some((one) => one.name === 'error')")).toBe(true);
    await picture(page, "no-clips");
  });

  test.each([
    ["no script runs", { headers: { "Content-Security-Policy": "script-src 'none'" } }],
    ["the document is missing", { missing: /mascot\.json/ }],
  ])("the pose stands, labelled, where %s", async (title, options) => {
    const page = await visit(ONE, options);
    const image = await page.waitForSelector("poseloom-mascot img[alt='Dot, waiting']", { visible: true });
    expect((await image?.boundingBox())?.width).toBeGreaterThan(100);
    await picture(page, title.replaceAll(" ", "-"));
  });

  test("the page of a bundle shows its pose, labelled, where no script runs", async () => {
    const page = await visit(
      "",
      { headers: { "Content-Security-Policy": "script-src 'none'" } },
      "index.html",
    );
    const image = await page.waitForSelector("poseloom-mascot img[alt='Dot </script> & co']", {
      visible: true,
    });
    const { x = 0, width = 0 } = (await image?.boundingBox()) ?? {};
    expect(width).toBeGreaterThan(300);
    expect(x + width / 2).toBeCloseTo(380, 0); // in the middle of the scene, as where scripts run
    expect(await page.evaluate("document.querySelector('poseloom-mascot').shadowRoot")).toBeNull();
    await picture(page, "bundle-no-script-runs");
  });

  test("a strict policy is enough", async () => {
    const policy =
      "default-src 'none'; script-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'";
    const html = `<!doctype html><title>Dot</title><poseloom-mascot src="mascot.json"></poseloom-mascot>${SCRIPT}`;
    const page = await visit(html, { headers: { "Content-Security-Policy": policy } });
    await until(page, "seen()?.currentTime > 0 && rests('idle')");
    const sighting = await watch(page, 6, DISC);
    expect(sighting).toMatchObject({ blank: 0, doubled: 0 });
  });

  test("a mascot that is moved in the document goes on where it was", async () => {
    const page = await visit(`${ONE}<div id="there"></div>`);
    await until(page, "seen()?.currentTime > 0 && rests('idle')");
    await page.evaluate(`{
      window.before = seen();
      window.loads = 0;
      for (const video of mascot().shadowRoot.querySelectorAll("video")) video.onloadstart = () => { loads += 1; };
      document.getElementById("there").append(mascot());
    }`);
    expect(await page.evaluate("seen() === before && !seen().paused && loads === 0")).toBe(true);
    await until(page, "mascot().state.values.loopCount > 0 && !seen().paused");
    expect(await page.evaluate("log.filter((one) => one.name === 'ready').length")).toBe(1);
  });

  test("a video that comes without its transparency is not shown, the next format is", async () => {
    // What a browser that drops the alpha of VP9 presents: frames that are opaque all over.
    const document = readFileSync(join(inject("bundle"), "mascot.json"), "utf8");
    const opaque = document.replace(/("webm": "clips\/[^"]*)\.webm"/g, '$1.mp4"');
    expect(opaque).not.toBe(document);
    const html = LOOKER + ONE.replace('src="mascot.json"', 'src="opaque.json"');
    const page = await visit(html, { pages: { "/opaque.json": opaque } });
    await until(page, "rests('idle') && mascot().state.values.loopCount > 0");
    const canStack = await page.evaluate(CAN_STACK);
    await until(page, `seen()?.tagName === "${canStack ? "CANVAS" : "IMG"}"`);
    await page.evaluate("mascot().go('wave')");
    await until(page, "mascot().node === 'wave'");
    const most = (await page.evaluate("Math.max(...window.covers)")) as number;
    expect(most).toBeLessThan(DISC * 1.05);
    expect(await page.evaluate(`Math.abs(cover() - ${DISC}) < 0.01`)).toBe(true);
    await picture(page, "opaque");
  });

  test("what leads elsewhere than to a picture is not followed", async () => {
    const page = await visit(ONE);
    await until(page, "rests('idle')");
    await page.evaluate(`{
      const manifest = structuredClone(mascot().manifest);
      for (const node of manifest.nodes) node.imageUrl = "javascript:window.hurt=1";
      manifest.url = manifest.link = "https://elsewhere.test/";
      mascot().manifest = manifest;
    }`);
    await until(page, "log.filter((one) => one.name === 'ready').length === 2");
    const before = page.url();
    await page.click("poseloom-mascot");
    await until(page, "moves() > 0");
    expect(page.url()).toBe(before);
    expect(await page.evaluate("window.hurt")).toBeUndefined();
  });

  test.each(listForeign())(
    "an export of another tool plays with clips of ours: %s",
    async (_title, document) => {
      const page = await visit(ONE, { pages: { "/foreign.json": JSON.stringify(dress(document)) } });
      await until(page, "rests('idle')");
      await page.evaluate("mascot().setAttribute('src', 'foreign.json')");
      await until(page, "log.filter((one) => one.name === 'ready').length === 2 && seen()?.currentTime > 0");
      const start = await page.evaluate("mascot().node");
      await page.evaluate(
        "mascot().set('claudeCode::isIdle', false); mascot().set('claudeCode::isWorking', true)",
      );
      await until(page, `mascot().state.phase === "rest" && mascot().node !== "${start}"`);
      await page.evaluate(
        "mascot().set('claudeCode::isWorking', false); mascot().set('claudeCode::isIdle', true)",
      );
      await until(page, `rests("${start}")`);
      expect(await page.evaluate("log.some((one) => one.name === 'error')")).toBe(false);
      expect(await page.evaluate(`Math.abs(cover() - ${DISC}) < 0.01`)).toBe(true);
      await picture(page, `foreign-${_title}`);
    },
  );
});

describe.each(BROWSERS)("%s of someone who wants less motion", (name) => {
  test("poses change and nothing moves", async () => {
    const browser = await openBrowser(name, { isCalm: true });
    const host = await Host.open({ "/": inject("bundle") }, { pages: { "/page.html": ONE } });
    const page = await openPage(browser, `${host.url}page.html`);
    await until(page, "seen()?.tagName === 'IMG' && rests('idle')");
    expect(await page.evaluate("mascot().shadowRoot.querySelector('video')")).toBeNull();
    await page.evaluate("mascot().set('tired', true)");
    await until(page, "rests('sleep') && seen().src.endsWith('sleep.png')");
    expect(await page.evaluate("mascot().getAttribute('aria-label')")).toBe("Dot </script> & co");
    await page.screenshot({ path: `${PICTURES}${name}-calm.png` });
    await browser.close();
    host.close();
  });
});

describe.each(BROWSERS)("%s of someone who saves data", (name) => {
  test("poses change and no clip is asked for", async () => {
    const browser = await openBrowser(name);
    const host = await Host.open({ "/": inject("bundle") }, { pages: { "/page.html": ONE } });
    const page = await browser.newPage();
    if (name === "chromium") await saveData(page);
    // Firefox has no such setting; what a page reads is put there.
    else await page.evaluateOnNewDocument("navigator.connection = { saveData: true }");
    await visitPage(page, `${host.url}page.html`);
    expect(await page.evaluate("navigator.connection.saveData")).toBe(true);
    await until(page, "seen()?.tagName === 'IMG' && rests('idle') && mascot().state.values.loopCount > 1");
    await page.evaluate("mascot().set('tired', true)");
    await until(page, "rests('sleep') && seen().src.endsWith('sleep.png')");
    expect(host.asked.filter((path) => path.includes("posters/")).length).toBeGreaterThan(1);
    expect(host.asked.filter((path) => path.includes("clips/"))).toEqual([]);
    await page.screenshot({ path: `${PICTURES}${name}-save-data.png` });
    await browser.close();
    host.close();
  });
});

/** Turn the browser's own data saver on; the client's types do not know the command yet. */
async function saveData(page: Page): Promise<void> {
  const session = await page.createCDPSession();
  const command = "Emulation.setDataSaverOverride" as "Emulation.setEmulatedMedia";
  await session.send(command, { dataSaverEnabled: true } as object);
}

type Foreign = Manifest & { readonly edges: readonly { readonly source: string; readonly target: string }[] };

/** The shape that real exports have: ids without meaning, state inputs that nobody declares. */
function listForeign(): [string, Foreign][] {
  const is = (state: string, value = true) => ({ input: `claudeCode::is${state}`, op: "==" as const, value });
  const nodes = ["Idle", "Working"].map((name, index) => ({
    id: `0000-${index}`,
    name,
    transparentThumbnailUrl: "",
  }));
  const edge = (source: number, target: number, conditions: object[]) => ({
    id: `edge-${source}-${target}`,
    isLoop: source === target,
    source: `0000-${source}`,
    target: `0000-${target}`,
    videos: {},
    duration: 4,
    conditions,
  });
  const edges = [
    edge(0, 0, []),
    edge(1, 1, []),
    edge(0, 1, [is("Working"), is("Alert", false)]),
    edge(1, 0, [is("Idle")]),
  ];
  const own = { version: "2.0", name: "Foreign", initialNode: "0000-0", autoPlay: true, nodes, edges };
  const files = FOREIGN ? readdirSync(FOREIGN).filter((file) => file.endsWith(".json")) : [];
  const real = files.map((file): [string, Foreign] => [
    file,
    JSON.parse(readFileSync(join(FOREIGN ?? "", file), "utf8")),
  ]);
  return [["small", own as unknown as Foreign], ...real];
}

/** Its clips and stills are elsewhere; ours go in their place. */
function dress(document: Foreign): object {
  const edges = document.edges.map((edge) => {
    const clip = edge.source === edge.target ? "idle-idle" : "idle-sleep";
    return { ...edge, videos: { webm: `clips/${clip}.webm`, hevc: "" } };
  });
  return {
    ...document,
    edges,
    nodes: document.nodes.map((node) => ({ ...node, transparentThumbnailUrl: "posters/idle.png" })),
  };
}
