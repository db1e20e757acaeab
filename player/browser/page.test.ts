import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { BROWSERS, openBrowser, openPage, until } from "./browser.ts";
import { Host, type HostOptions } from "./host.ts";

const DISC = Math.PI * (26 / 128) ** 2;
const SCRIPT = '<script src="player/poseloom-player.js"></script>';
const HEAD = '<!doctype html><meta charset="utf-8"><title>Dot</title><link rel="icon" href="data:,">';
const MASCOT = '<poseloom-mascot src="mascot.json"></poseloom-mascot>';
const OPEN = { headers: { "Access-Control-Allow-Origin": "*" } };

const count = (name: string) => `log.filter((one) => one.name === "${name}").length`;
const plays = "seen()?.currentTime > 0 && rests('idle')";

/** The bundle's document, changed. */
function rewrite(change: (document: Document) => void): string {
  const document = JSON.parse(readFileSync(join(inject("bundle"), "mascot.json"), "utf8")) as Document;
  change(document);
  return JSON.stringify(document);
}

interface Document {
  name: string;
  nodes: { imageUrl: string }[];
  edges: {
    id: string;
    source: string;
    target: string;
    exit?: string;
    speed?: number;
    videos: { webm?: string };
    conditions: Condition[];
  }[];
}

interface Condition {
  readonly input: string;
}

/** A second mascot: another name, and deaf to clicks; its pictures have addresses of their own. */
function rename(document: Document): void {
  for (const node of document.nodes) node.imageUrl += "?dash";
  for (const { videos } of document.edges) if (videos.webm) videos.webm += "?dash";
  document.name = "Dash";
  document.edges = document.edges.filter(
    ({ conditions }) => !conditions.some(({ input }) => input === "clicked"),
  );
}

describe.each(BROWSERS)("%s", (name) => {
  let browser: Browser;
  const open: { close(): void }[] = [];

  beforeAll(async () => {
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

  async function serve(options: HostOptions, prefix = "/"): Promise<Host> {
    const host = await Host.open({ [prefix]: inject("bundle") }, options);
    open.push(host);
    return host;
  }

  async function visit(body: string, options: HostOptions = {}): Promise<{ page: Page; host: Host }> {
    const host = await serve({ ...options, pages: { "/page.html": HEAD + body, ...options.pages } });
    return { page: await openPage(browser, `${host.url}page.html`), host };
  }

  test("a mascot whose source changes is seen until the next is there, and is called by its name", async () => {
    const { page } = await visit(MASCOT + SCRIPT, {
      pages: { "/dash.json": rewrite(rename) },
      bytesPerSecond: 6000,
      slow: /dash/,
    });
    await until(page, plays);
    expect(await page.evaluate("mascot().getAttribute('role') + mascot().tabIndex")).toBe("button0");
    const fresh = "seen()?.src.includes('dash') && seen().currentTime > 0";
    await page.evaluate("mascot().go('wave')");
    await until(page, `${count("transitionstart")} === 1`);
    await page.evaluate(`{
      window.held = [];
      const look = () => {
        held.push(cover());
        if (!(${fresh})) requestAnimationFrame(look);
      };
      mascot().src = "dash.json";
      requestAnimationFrame(look);
    }`);
    await until(page, fresh);
    expect(
      await page.evaluate(`held.length > 1 && held.every((part) => Math.abs(part - ${DISC}) < 0.02)`),
    ).toBe(true);
    expect(await page.evaluate("mascot().getAttribute('aria-label') + mascot().getAttribute('role')")).toBe(
      "Dashimg",
    );
    expect(await page.evaluate("mascot().hasAttribute('tabindex')")).toBe(false);
    expect(await page.evaluate("mascot().src + mascot().getAttribute('src')")).toBe("dash.jsondash.json");
    expect(await page.evaluate("mascot().shadowRoot.querySelectorAll('.layer').length")).toBe(3);
    await page.evaluate("mascot().src = undefined"); // as frameworks do where there is none
    expect(await page.evaluate("mascot().src")).toBe("");
  });

  test("what a page says of a mascot stays said", async () => {
    const own =
      '<poseloom-mascot src="mascot.json" role="img" aria-label="Mine" tabindex="-1"></poseloom-mascot>';
    const { page } = await visit(own + SCRIPT, { pages: { "/dash.json": rewrite(rename) } });
    await until(page, plays);
    await page.evaluate("mascot().src = 'dash.json'");
    await until(page, `${count("ready")} === 2`);
    const said = await page.evaluate(
      "['role', 'aria-label', 'tabindex'].map((one) => mascot().getAttribute(one)).join()",
    );
    expect(said).toBe("img,Mine,-1");
  });

  test("a source that is missing or is no document is told, and what plays goes on", async () => {
    const { page } = await visit(MASCOT + SCRIPT, { pages: { "/words.json": "no document" } });
    await until(page, plays);
    for (const [index, source] of ["gone.json", "words.json", "posters/idle.png"].entries()) {
      await page.evaluate(`mascot().src = "${source}"`);
      await until(page, `${count("error")} === ${index + 1}`);
    }
    expect(
      await page.evaluate("log.filter((one) => one.name === 'error').every((one) => one.edge === null)"),
    ).toBe(true);
    expect(await page.evaluate("log.find((one) => one.name === 'error').message")).toContain(
      "gone.json answers 404",
    );
    await page.evaluate("mascot().go('wave')");
    await until(page, "mascot().node === 'wave'");
  });

  test("what changes while a mascot is out of the document plays when it is back", async () => {
    const { page } = await visit(MASCOT + SCRIPT, { pages: { "/dash.json": rewrite(rename) } });
    await until(page, plays);
    await page.evaluate("window.kept = mascot(), kept.remove()");
    await page.evaluate("kept.src = 'dash.json'");
    await page.evaluate("document.body.append(kept)");
    await until(page, `${count("ready")} === 2 && ${plays}`);
    expect(await page.evaluate("mascot().manifest.name")).toBe("Dash");
    await page.evaluate("kept.remove()");
    await page.evaluate("document.body.append(kept)");
    await until(page, plays);
    expect(await page.evaluate(count("ready"))).toBe(2);
  });

  test("a mascot that leaves while it loads says nothing, and loads when it is back", async () => {
    const { page, host } = await visit(`<poseloom-mascot></poseloom-mascot>${SCRIPT}`, {
      bytesPerSecond: 4000,
      slow: /mascot.json/,
    });
    await until(page, "typeof mascot().go === 'function'");
    await page.evaluate("window.kept = mascot(), kept.src = 'mascot.json'");
    while (!host.asked.some((path) => path.includes("mascot.json"))) await page.evaluate("1");
    await page.evaluate("kept.remove()");
    await page.evaluate("document.body.append(kept)");
    await until(page, plays);
    expect(
      await page.evaluate("log.filter((one) => one.name !== 'inputchange').map((one) => one.name).join()"),
    ).toBe("ready");
  });

  test("what is set before the element is known is heard", async () => {
    const early = `<script>
      const [one, two] = document.querySelectorAll("poseloom-mascot");
      one.src = "mascot.json";
      two.manifest = ${rewrite(rename)};
    </script>`;
    const { page } = await visit(`${"<poseloom-mascot></poseloom-mascot>".repeat(2)}${early}${SCRIPT}`);
    await until(page, `${count("ready")} === 2`);
    const names = await page.evaluate(
      "[...document.querySelectorAll('poseloom-mascot')].map((one) => one.manifest.name).join()",
    );
    expect(names).toBe("Dot </script> & co,Dash");
  });

  test("attributes that come together load once", async () => {
    const { page, host } = await visit(
      `<poseloom-mascot src="mascot.json" format="webm"></poseloom-mascot><script defer src="player/poseloom-player.js"></script>`,
    );
    await until(page, plays);
    expect(host.asked.filter((path) => path === "/mascot.json").length).toBe(1);
  });

  test("an export of ours needs the script alone", async () => {
    const { page, host } = await visit(MASCOT + SCRIPT);
    await until(page, plays);
    await page.evaluate("mascot().go('wave')");
    await until(page, "mascot().node === 'wave'");
    expect(host.asked.filter((path) => path.startsWith("/player/"))).toEqual(["/player/poseloom-player.js"]);
  });

  test("a document that is not written out is told where the part that reads it is missing", async () => {
    const { page } = await visit(
      `<poseloom-mascot src="short.json"><img src="posters/idle.png" alt="Dot"></poseloom-mascot>${SCRIPT}`,
      {
        missing: /reader/,
        pages: {
          "/short.json": JSON.stringify({
            nodes: [{ id: "a" }],
            edges: [{ id: "aa", source: "a", target: "b" }],
          }),
        },
      },
    );
    await until(page, `${count("error")} === 1`);
    await page.waitForSelector("poseloom-mascot img[alt=Dot]", { visible: true });
  });

  test("a document with an edge to nowhere is refused by name", async () => {
    const { page } = await visit(`<poseloom-mascot src="short.json"></poseloom-mascot>${SCRIPT}`, {
      pages: { "/short.json": rewrite(({ edges }) => Object.assign(edges[0] ?? {}, { target: "gone" })) },
    });
    await until(page, `${count("error")} === 1`);
    expect(await page.evaluate("log[0].message")).toBe('edge "idle-idle" names "gone", which is not a node');
  });

  test("a bundle in a folder of another origin plays, player and all", async () => {
    const other = await serve(OPEN, "/some/where/");
    const far = `${other.url}some/where/`;
    const { page, host } = await visit(
      `<poseloom-mascot src="${far}mascot.json"></poseloom-mascot><script src="${far}player/poseloom-player.js"></script>`,
    );
    await until(page, plays);
    await page.evaluate("mascot().go('wave')");
    await until(page, "mascot().node === 'wave' && seen().tagName === 'VIDEO'");
    expect(await page.evaluate(count("error"))).toBe(0);
    expect(host.asked.filter((path) => path !== "/page.html")).toEqual([]);
  });

  test("another origin that lets nobody read it is told, and the picture inside stands", async () => {
    const other = await serve({});
    const { page } = await visit(
      `<poseloom-mascot src="${other.url}mascot.json"><img src="posters/idle.png" alt="Dot"></poseloom-mascot>${SCRIPT}`,
    );
    await until(page, `${count("error")} === 1`);
    await page.waitForSelector("poseloom-mascot img[alt=Dot]", { visible: true });
  });

  test("a mascot off the screen stands still, and its time with it", async () => {
    const { page } = await visit(`${MASCOT}<div style="height: 300vh"></div>${SCRIPT}`);
    await until(page, plays);
    await page.evaluate("scrollTo(0, document.body.scrollHeight)");
    await until(page, "seen().paused");
    const before = await page.evaluate("seen().currentTime");
    await page.evaluate(`new Promise((resolve) => {
      let frames = 0;
      const look = () => (frames++ > 20 ? resolve() : requestAnimationFrame(look));
      look();
    })`);
    expect(await page.evaluate("seen().currentTime")).toBe(before);
    await page.evaluate("scrollTo(0, 0)");
    await until(page, "!seen().paused && mascot().state.values.loopCount > 0");
  });

  test("a mascot in a tab behind another stands still", async () => {
    const { page } = await visit(MASCOT + SCRIPT);
    await until(page, plays);
    const other = await browser.newPage();
    await other.bringToFront();
    await until(page, "document.hidden && seen().paused");
    await page.bringToFront();
    await until(page, "!document.hidden && !seen().paused");
    await other.close();
  });

  test("its videos are mute, stay in the page and are no business of a screen reader", async () => {
    const { page } = await visit(MASCOT + SCRIPT);
    await until(page, plays);
    const videos = "[...mascot().shadowRoot.querySelectorAll('video')]";
    expect(await page.evaluate(`${videos}.length`)).toBe(2);
    const manners = "one.muted && one.playsInline && !one.controls && one.disableRemotePlayback !== false";
    expect(await page.evaluate(`${videos}.every((one) => ${manners})`)).toBe(true);
    const layers = "[...mascot().shadowRoot.querySelectorAll('.layer')]";
    expect(await page.evaluate(`${layers}.every((one) => one.ariaHidden === "true")`)).toBe(true);
  });

  test("a mouse or a pen hovers, a finger does not", async () => {
    const { page } = await visit(MASCOT + SCRIPT);
    await until(page, plays);
    const hover = (type: string, pointerType: string) =>
      page.evaluate(
        `mascot().dispatchEvent(new PointerEvent("${type}", { pointerType: "${pointerType}" })), mascot().state.values.mouseOver`,
      );
    expect(await hover("pointerenter", "touch")).toBe(false);
    expect(await hover("pointerenter", "pen")).toBe(true);
    expect(await hover("pointerleave", "touch")).toBe(true);
    expect(await hover("pointerleave", "pen")).toBe(false);
  });

  test("a mascot that is moved as a whole does not notice", async () => {
    const { page } = await visit(`${MASCOT}<div id="there"></div>${SCRIPT}`);
    await until(page, plays);
    const canMove = await page.evaluate("'moveBefore' in Element.prototype");
    await page.evaluate(`{
      window.before = seen();
      window.loads = 0;
      for (const video of mascot().shadowRoot.querySelectorAll("video")) video.onloadstart = () => { loads += 1; };
      there.${canMove ? "moveBefore(mascot(), null)" : "append(mascot())"};
    }`);
    await until(page, "mascot().parentNode.id === 'there' && mascot().state.values.loopCount > 0");
    expect(await page.evaluate(`seen() === before && loads === 0 && ${count("ready")}`)).toBe(1);
  });

  test("a key on a mascot is a click that the page hears", async () => {
    const { page } = await visit(MASCOT + SCRIPT);
    await until(page, plays);
    await page.evaluate(
      "window.clicks = 0, mascot().addEventListener('click', () => { clicks += 1; }), mascot().focus()",
    );
    await page.keyboard.press(" ");
    await until(page, `clicks === 1 && ${count("transitionstart")} === 1`);
    expect(await page.evaluate("scrollY")).toBe(0);
  });

  test("a transition that leaves at the loop's end waits for it", async () => {
    const patient = rewrite(({ edges }) => {
      for (const edge of edges) edge.exit = "loop_end";
    });
    const { page } = await visit(MASCOT.replace("mascot.json", "patient.json") + SCRIPT, {
      pages: { "/patient.json": patient },
    });
    await until(page, "seen()?.currentTime > 0.05 && seen().currentTime < 0.2 && rests('idle')");
    await page.evaluate("log.length = 0, mascot().fire('clicked')");
    await until(page, `${count("transitionstart")} > 0`);
    const order = (await page.evaluate("log.map((one) => one.input ?? one.name).join()")) as string;
    expect(order).toMatch(/^clicked,loopCount,transitionstart/);
  });

  test("speed is a clip's playback rate, as far as browsers go", async () => {
    const fast = rewrite(({ edges }) => {
      for (const edge of edges) edge.speed = { "idle-wave": 2, "wave-idle": 400 }[edge.id] ?? 1;
    });
    const { page } = await visit(MASCOT.replace("mascot.json", "fast.json") + SCRIPT, {
      pages: { "/fast.json": fast },
    });
    await until(page, plays);
    await page.evaluate(`{
      window.rates = {};
      mascot().addEventListener("transitionend", ({ detail }) => { rates[detail.edge] = seen().playbackRate; });
      mascot().go("wave");
    }`);
    await until(page, "log.some((one) => one.name === 'statechange' && one.node === 'wave')");
    await page.evaluate("mascot().go('idle')");
    await until(page, "rests('idle') && seen().playbackRate === 1");
    expect(await page.evaluate("rates['idle-wave']")).toBe(2);
    expect(await page.evaluate(count("error"))).toBe(0);
  });

  test("what may come next is fetched ahead, once, and plays from memory", async () => {
    const { page, host } = await visit(MASCOT + SCRIPT);
    await until(page, plays);
    const clips = (...names: string[]) => names.map((one) => `/clips/${one}.webm`);
    const near = clips("idle-wave", "wave-wave", "idle-sleep", "idle-peek", "peek-peek");
    while (!near.every((path) => host.asked.includes(path))) await page.evaluate("1");
    expect(host.asked).not.toContain("/clips/wave-idle.webm");
    await page.waitForFunction(
      "performance.getEntriesByType('resource').filter((one) => one.name.includes('peek-peek')).length > 0",
    );
    await page.evaluate(`{
      mascot().addEventListener("transitionend", () => { window.played ??= seen().src; });
      mascot().go("wave");
    }`);
    await until(page, "mascot().node === 'wave'");
    expect(await page.evaluate("played")).toMatch(/^blob:/);
    expect(host.asked.filter((path) => path === "/clips/idle-wave.webm").length).toBe(1);
  });

  test("a clip that never comes is given up, told and skipped", { timeout: 60_000 }, async () => {
    const { page } = await visit(MASCOT + SCRIPT, { bytesPerSecond: 1, slow: /idle-wave/ });
    await until(page, plays);
    await page.evaluate("mascot().go('wave')");
    await until(page, "log.some((one) => one.name === 'statechange' && one.node === 'wave')", 40_000);
    const error = await page.evaluate("log.find((one) => one.name === 'error').edge");
    expect(error).toBe("idle-wave");
    await until(page, "seen()?.tagName === 'VIDEO' && seen().currentTime > 0");
  });

  test("where nothing may play yet poses change, and what may play later plays", {
    timeout: 60_000,
  }, async () => {
    const early = `<script>
      const { play } = HTMLMediaElement.prototype;
      HTMLMediaElement.prototype.play = function () {
        return window.mayPlay ? play.call(this) : Promise.reject(new DOMException("not yet", "NotAllowedError"));
      };
    </script>`;
    const { page } = await visit(early + MASCOT + SCRIPT);
    await until(page, `rests("idle") && Math.abs(cover() - ${DISC}) < 0.01`);
    await page.evaluate("mascot().set('tired', true)");
    await until(
      page,
      "rests('sleep') && seen().tagName === 'IMG' && seen().src.endsWith('sleep.png')",
      40_000,
    );
    await page.evaluate("window.mayPlay = true, mascot().set('tired', false)");
    await until(page, plays);
    expect(
      await page.evaluate("log.filter((one) => one.name === 'error').map((one) => one.edge).join()"),
    ).toBe("idle-sleep");
  });

  test("a clip that comes very slowly but comes is waited for", { timeout: 60_000 }, async () => {
    const { page } = await visit(MASCOT + SCRIPT, { bytesPerSecond: 500, slow: /clips/ });
    await until(page, `seen()?.tagName === "IMG" && Math.abs(cover() - ${DISC}) < 0.01`); // the pose comes first
    await until(page, plays, 40_000);
    expect(await page.evaluate("performance.now()")).toBeGreaterThan(8000);
    expect(await page.evaluate(count("error"))).toBe(0);
  });
});
