// A program that serves a page, and a browser that looks at it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const program = process.env.CRITMIN_BINARY ?? join(root, "target", "release", "critmin");

const found = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-headless-shell", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
if (!found) throw new Error("no Chromium: install Debian's package chromium, or name one by CHROMIUM");

/** Starts a server; gives its address and how to end it. */
export async function serve(scenario) {
  const child = spawn(program, ["explore", scenario], { cwd: root, stdio: ["ignore", "pipe", "ignore"] });
  const url = await new Promise((done, failed) => {
    createInterface({ input: child.stdout }).once("line", done);
    child.once("exit", (code) => failed(new Error(`the program ended with ${code}`)));
  });
  return { url, end: () => new Promise((done) => { child.once("exit", done); child.kill("SIGINT"); }) };
}

/** Starts a browser that asks nobody but this machine. */
export const launch = (...more) => chromium.launch({
  executablePath: found,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", ...more],
});

/** Opens a page and waits for its first whole answer; what goes wrong in it is gathered in `wrong`. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const wrong = [];
  page.on("console", (message) => { if (message.type() === "error") wrong.push(message.text()); });
  page.on("pageerror", (error) => wrong.push(String(error)));
  await page.goto(url);
  await answered(page, 1);
  return { page, wrong, close: () => context.close() };
}

/** How many whole answers the page has had. */
export const answers = (page) => page.evaluate(() => Number(document.body.dataset.ready ?? 0));

/** Waits until the page has had so many whole answers. */
export const answered = (page, count) => page.waitForFunction((count) => Number(document.body.dataset.ready ?? 0) >= count, count);

/** Does something that is answered, and waits for the answer. */
export async function andAnswered(page, act) {
  const before = await answers(page);
  await act();
  await answered(page, before + 1);
}
