import { mkdirSync } from "node:fs";
import { expect, inject, test } from "vitest";
import { BROWSERS, openBrowser, openPage, until } from "./browser.ts";
import { Host } from "./host.ts";

const PLAYER = new URL("../../src/poseloom/media/player/", import.meta.url).pathname;
const PICTURES = new URL("../../build/player/", import.meta.url).pathname;

test.each(BROWSERS)("the demo plays in %s", async (name) => {
  mkdirSync(PICTURES, { recursive: true });
  const host = await Host.open({ "/player/": PLAYER, "/": inject("demo") });
  const browser = await openBrowser(name);
  const page = await openPage(browser, `${host.url}index.html`);
  await until(page, "seen()?.currentTime > 0 && rests('idle')");
  const covered = (await page.evaluate("cover()")) as number;
  expect(covered).toBeGreaterThan(0.1);
  expect(covered).toBeLessThan(0.8);
  await page.evaluate("mascot().go('waving')");
  await until(page, "mascot().node === 'waving' && seen().tagName === 'VIDEO'");
  expect(await page.evaluate("log.some((one) => one.name === 'error')")).toBe(false);
  // What the exporter writes is played as it stands.
  expect(host.asked.filter((path) => path.startsWith("/player/"))).toEqual(["/player/poseloom-player.js"]);
  await page.screenshot({ path: `${PICTURES}${name}-demo.png` });
  await browser.close();
  host.close();
});
