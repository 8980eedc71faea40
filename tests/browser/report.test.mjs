// report.html, the page to hand on, in a real browser: from a disk, without a network, on screens, a phone and paper.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { launch, program, root } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const commands = {
  run: ["run", "scenarios/quickstart.toml", "--trials", "2048"],
  compare: ["compare", "scenarios/gallium-germanium.toml", "--trials", "512"],
  sweep: ["sweep", "scenarios/quickstart.toml", "--vary", "event.ban.arrival.probability=0.1..0.5:3", "--trials", "512"],
};

let browser, folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "critmin-report-"));
  for (const [name, command] of Object.entries(commands)) {
    execFileSync(program, [...command, "--formats", "html", "--quiet", "--out", join(folder, name)], { cwd: root });
  }
});
after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true });
});

/** Opens a command's page; what it asks for beside itself, and what goes wrong, is gathered in `wrong`. */
async function opened(name, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrong = [];
  const address = String(pathToFileURL(join(folder, name, "report.html")));
  page.on("console", (message) => { if (message.type() === "error") wrong.push(message.text()); });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => { if (request.url() !== address && !request.url().startsWith("data:")) wrong.push(request.url()); });
  await page.goto(address);
  return { page, wrong, close: () => context.close() };
}

for (const name of Object.keys(commands)) {
  describe(`the page of ${name}`, () => {
    for (const colorScheme of ["light", "dark"]) {
      test(`has nothing that axe objects to (${colorScheme}), and asks for nothing`, async () => {
        const { page, wrong, close } = await opened(name, { colorScheme });
        assert.ok((await page.locator("svg").count()) >= 1);
        // Tables of a run are long: what is unfolded is looked at where it is short.
        if (name === "sweep") await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
        await page.evaluate(axe);
        const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        const violations = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).slice(0, 5).join(" | ")}`);
        assert.deepEqual(violations, []);
        assert.deepEqual(wrong, []);
        await close();
      });
    }

    test("reads the same without script", async () => {
      const texts = [];
      for (const javaScriptEnabled of [true, false]) {
        const { page, close } = await opened(name, { javaScriptEnabled });
        texts.push(await page.locator("body").innerText());
        await close();
      }
      assert.ok(texts[0].length > 1000);
      assert.equal(texts[0], texts[1]);
    });

    test("needs no scrolling sideways at 320 pixels", async () => {
      const { page, close } = await opened(name, { viewport: { width: 320, height: 640 } });
      const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
      assert.ok(width <= 320, `${width} pixels`);
      await close();
    });

    test("prints on A4 without a cut figure", async () => {
      // A4 less margins of 1 cm at 96 pixels an inch.
      const [width, height] = [Math.floor((19 / 2.54) * 96), Math.floor((27.7 / 2.54) * 96)];
      const { page, close } = await opened(name, { viewport: { width, height } });
      await page.emulateMedia({ media: "print" });
      const figures = await page.evaluate(() => [...document.querySelectorAll("figure")].map((figure) => {
        const svg = figure.querySelector("svg") ?? figure;
        const { width, height } = svg.getBoundingClientRect();
        return { width, height, inside: getComputedStyle(figure).breakInside };
      }));
      assert.ok(figures.length >= 1);
      for (const figure of figures) assert.ok(figure.height < height && figure.width <= width + 1, JSON.stringify(figure));
      const pdf = await page.pdf({ format: "A4", margin: { top: "1cm", bottom: "1cm", left: "1cm", right: "1cm" } });
      assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
      await close();
    });
  });
}
