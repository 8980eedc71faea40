// The page in one file, from a disk, without a server: CRITMIN_SAVED_PAGE names it, made of scenarios/quickstart.toml.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { andAnswered, launch, open, serve } from "./support.mjs";

const file = process.env.CRITMIN_SAVED_PAGE;
const skip = file ? false : "CRITMIN_SAVED_PAGE names no page (browser/build.sh builds its engine)";

let browser;
before(async () => { browser = await launch(); });
after(async () => browser?.close());

test("a saved page answers from a disk what the server answers", { skip }, async () => {
  const server = await serve("scenarios/quickstart.toml");
  const shown = [];
  for (const url of [server.url, String(pathToFileURL(file))]) {
    const { page, wrong, close } = await open(browser, url);
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.evaluate(() => document.querySelectorAll("#groups details").forEach((details) => { details.open = true; }));
    const exact = page.locator('.lever[data-key$=".probability"] input[type="number"]').first();
    await andAnswered(page, async () => { await exact.fill("0.61"); await exact.press("Enter"); });
    const svg = await page.evaluate(() => [...document.querySelectorAll("figure svg")].map((svg) => svg.outerHTML));
    shown.push({ sentence: await page.locator("#sentence").textContent(), figures: await page.locator("#figures").innerText(), svg });
    assert.deepEqual(wrong, []);
    if (url.startsWith("file:")) assert.deepEqual(asked.filter((address) => /^https?:/.test(address)), []);
    await close();
  }
  await server.end();
  assert.match(shown[0].sentence, /^Your changes raise /);
  assert.equal(shown[0].sentence, shown[1].sentence);
  assert.equal(shown[0].figures, shown[1].figures);
  assert.deepEqual(shown[0].svg, shown[1].svg);
});
