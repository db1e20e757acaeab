import { existsSync, mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { BROWSERS, openBrowser, openPage, until } from "./browser.ts";
import { Host } from "./host.ts";

const DEMO = new URL("../../build/demo/", import.meta.url).pathname;
const PICTURES = new URL("../../build/player/", import.meta.url).pathname;

/** `make demo` makes it; where it was not made there is nothing to look at. */
test.skipIf(!existsSync(`${DEMO}player/poseloom-stacked.js`)).each(BROWSERS)(
  "the demo plays in %s",
  async (name) => {
    mkdirSync(PICTURES, { recursive: true });
    const host = await Host.open({ "/": DEMO });
    const browser = await openBrowser(name);
    const page = await openPage(browser, `${host.url}index.html`);
    await until(page, "seen()?.currentTime > 0 && rests('idle')");
    const covered = (await page.evaluate("cover()")) as number;
    expect(covered).toBeGreaterThan(0.1);
    expect(covered).toBeLessThan(0.8);
    await page.evaluate("mascot().go('waving')");
    await until(page, "mascot().node === 'waving' && seen().tagName === 'VIDEO'");
    expect(await page.evaluate("log.some((one) => one.name === 'error')")).toBe(false);
    await page.screenshot({ path: `${PICTURES}${name}-demo.png` });
    await browser.close();
    host.close();
  },
);
