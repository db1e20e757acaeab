import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { BROWSERS, CAN_STACK, openBrowser, openPage, until } from "./browser.ts";
import { Host, type HostOptions } from "./host.ts";
import { type Sighting, watch } from "./watch.ts";

/** `npm run figures` asks for 1,000. */
const TRANSITIONS = Number(process.env.POSELOOM_TRANSITIONS ?? 60);
const TROUBLED = Number(process.env.POSELOOM_TRANSITIONS ?? 30);
const DISC = Math.PI * (26 / 128) ** 2;
/** What comes over the slow line comes over it again, as far as a browser lets go of it: no copy is to be kept. */
const SLOW: HostOptions = {
  bytesPerSecond: 30_000,
  headers: { "Cache-Control": "no-store", "Content-Security-Policy": "media-src 'self'" },
};
const TROUBLES: readonly (readonly [string, HostOptions])[] = [
  ["a slow network", SLOW],
  ["every third clip missing", { missing: /clips\/(idle-wave|wave-wave|sleep-idle)\./ }],
  ["every clip missing", { missing: /clips\// }],
  ["every clip missing and slow pictures", { ...SLOW, missing: /clips\// }],
];

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

  test.each(TROUBLES)(
    "random transitions show no blank and no doubled frame with %s",
    { timeout: 60_000 + TROUBLED * 3000 },
    async (title, options) => {
      const troubled = await Host.open(
        { "/": inject("bundle") },
        { ...options, pages: { "/webm": page("webm") } },
      );
      const mascot = await openPage(browser, `${troubled.url}webm`);
      await until(mascot, `rests('idle') && Math.abs(cover() - ${DISC}) < 0.01`);
      const sighting = await watch(mascot, TROUBLED, DISC);
      tell(`${name}, ${title}`, sighting);
      expect(sighting).toMatchObject({ blank: 0, doubled: 0 });
      await mascot.close();
      troubled.close();
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
