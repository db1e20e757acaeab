import { existsSync } from "node:fs";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

export const BROWSERS = ["chromium", "firefox"] as const;
export type BrowserName = (typeof BROWSERS)[number];

const PROGRAMS: Readonly<Record<BrowserName, readonly string[]>> = {
  chromium: ["/usr/bin/chromium", "/usr/bin/google-chrome"],
  firefox: ["/usr/bin/firefox-esr", "/usr/bin/firefox"],
};

const CHROMIUM = ["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"];

/** Start the system's browser with an empty profile. */
export async function openBrowser(name: BrowserName, { isCalm = false } = {}): Promise<Browser> {
  const executablePath = PROGRAMS[name].find(existsSync);
  if (!executablePath) throw new Error(`no ${name} here; \`make browser\` installs it`);
  const browser = await puppeteer.launch({
    browser: name === "firefox" ? "firefox" : "chrome",
    executablePath,
    headless: true,
    args: name === "firefox" ? [] : [...CHROMIUM, ...(isCalm ? ["--force-prefers-reduced-motion"] : [])],
    extraPrefsFirefox: { "webgl.force-enabled": true, ...(isCalm ? { "ui.prefersReducedMotion": 1 } : {}) },
  });
  // A browser waits for ever to write a warning into a pipe that is full, and with it whichever thread had one.
  browser.process()?.stdout?.resume();
  browser.process()?.stderr?.resume();
  return browser;
}

/** Whether the browser plays stacked clips, as an expression. */
export const CAN_STACK = `document.createElement("video").canPlayType('video/mp4; codecs="avc1.64001f"') !== "" &&
  document.createElement("canvas").getContext("webgl") !== null`;

/** What the mascot of a page says, in order; and short words for what a test asks of it. */
const RECORDER = `
window.log = [];
window.faults = [];
addEventListener("unhandledrejection", ({ reason }) => window.faults.push(String(reason)));
for (const name of ["ready", "statechange", "inputchange", "transitionstart", "transitionend", "error"]) {
  addEventListener(name, (event) => event.detail && window.log.push({ name, ...event.detail }), true);
}
window.mascot = () => document.querySelector("poseloom-mascot");
window.seen = (one = mascot()) => one?.shadowRoot?.querySelector(".layer.seen");
window.rests = (node, one = mascot()) => one?.state?.phase === "rest" && one.node === node;
window.moves = () => window.log.filter((one) => one.name === "transitionstart").length;
/** How much of the square that a mascot shows is covered, all its layers as they are seen. */
const canvas = document.createElement("canvas");
canvas.width = canvas.height = 64;
const context = canvas.getContext("2d", { willReadFrequently: true });
window.cover = (one = mascot()) => {
  context.clearRect(0, 0, 64, 64);
  for (const layer of one.shadowRoot.querySelectorAll(".layer")) {
    context.globalAlpha = Number(getComputedStyle(layer).opacity);
    if (context.globalAlpha > 0.01) context.drawImage(layer, 0, 0, 64, 64);
  }
  const { data } = context.getImageData(0, 0, 64, 64);
  let sum = 0;
  for (let index = 3; index < data.length; index += 4) sum += data[index];
  return sum / 255 / 4096;
};
`;

export async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await visitPage(page, url);
  return page;
}

export async function visitPage(page: Page, url: string): Promise<void> {
  await page.setViewport({ width: 1100, height: 720 });
  await page.evaluateOnNewDocument(RECORDER);
  await page.goto(url);
}

/** Wait for a condition of the page, written as an expression. */
export async function until(page: Page, expression: string, timeout = 20_000): Promise<void> {
  await page.waitForFunction(expression, { timeout, polling: 50 });
}
