import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { BROWSERS, openBrowser, openPage, until } from "./browser.ts";
import { Host } from "./host.ts";
import { type Sighting, watch } from "./watch.ts";

/** `npm run figures` asks for 1,000. */
const TRANSITIONS = Number(process.env.POSELOOM_TRANSITIONS ?? 60);
const CAN_STACK = `document.createElement("video").canPlayType('video/mp4; codecs="avc1.64001f"') !== "" &&
  document.createElement("canvas").getContext("webgl") !== null`;
const DISC = Math.PI * (26 / 128) ** 2;

describe.each(BROWSERS)("%s", (name) => {
  let browser: Browser;
  let host: Host;
  beforeAll(async () => {
    host = await Host.open(
      { "/": inject("bundle") },
      { pages: { "/webm": page("webm"), "/stacked": page("stacked") } },
    );
    browser = await openBrowser(name);
  });
  afterAll(async () => {
    await browser?.close();
    host?.close();
  });

  test.each(["webm", "stacked"])(
    "random transitions show no blank and no doubled frame (%s)",
    { timeout: 60_000 + TRANSITIONS * 2000 },
    async (format) => {
      const count = format === "webm" ? TRANSITIONS : Math.ceil(TRANSITIONS / 4);
      const page = await openPage(browser, host.url + format);
      if (format === "stacked" && !(await page.evaluate(CAN_STACK))) {
        await until(page, "seen()?.tagName === 'IMG' && rests('idle')"); // a browser without H.264 or WebGL shows stills
        console.log(`${name}, ${format}: not played by this browser, stills are shown`);
        await page.close();
        return;
      }
      const layer = format === "webm" ? "VIDEO" : "CANVAS";
      await until(page, `seen()?.tagName === "${layer}" && rests("idle")`);
      const sighting = await watch(page, count, DISC);
      tell(`${name}, ${format}`, sighting);
      expect(sighting).toMatchObject({ blank: 0, doubled: 0 });
      expect(sighting.lateFrames).toBeLessThanOrEqual(1);
      await page.close();
    },
  );
});

function page(format: string): string {
  return `<!doctype html><poseloom-mascot src="mascot.json" format="${format}"></poseloom-mascot>
    <script src="player/poseloom-player.js"></script>`;
}

function tell(title: string, { latencyMs, ...sighting }: Sighting): void {
  const { transitions, frames, blank, doubled, swaps, lateFrames } = sighting;
  console.log(
    `${title}: ${transitions} transitions, ${frames} frames, ${blank} blank, ${doubled} doubled, ${swaps} swaps, ` +
      `at most ${lateFrames} frames late; asked to seen: median ${latencyMs.median} ms, ` +
      `99 % ${latencyMs.p99} ms, most ${latencyMs.max} ms`,
  );
}
