// The explorer's page in a real browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { andAnswered, answered, launch, open, serve } from "./support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const sentence = (page) => page.locator("#sentence").textContent();

let browser, server;
before(async () => {
  browser = await launch();
  server = await serve("scenarios/quickstart.toml");
});
after(async () => {
  await browser?.close();
  await server?.end();
});

/** Runs axe in the page; it is put in by the browser's tools, which no policy of the page holds back. */
async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).slice(0, 5).join(" | ")}`);
}

describe("the page", () => {
  test("loads, tells the baseline, and draws its charts without an error", async () => {
    const { page, wrong, close } = await open(browser, server.url);
    assert.match(await page.title(), /critmin explorer/);
    assert.match(await sentence(page), /% of demand/);
    assert.ok((await page.locator("figure svg").count()) >= 4);
    assert.match(await page.locator("#command").textContent(), /^critmin run scenarios\/quickstart\.toml --policy baseline --trials \d+$/);
    assert.deepEqual(wrong, []);
    await close();
  });

  test("says the values of a chart where it is pointed at, in its place and in the large view", async () => {
    const { page, wrong, close } = await open(browser, server.url);
    const figure = page.locator('figure[data-name^="exceedance"]').first();
    const pointed = async (svg, said) => {
      await svg.scrollIntoViewIfNeeded();
      const box = await svg.boundingBox();
      const places = [0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8].flatMap((down) => [0.12, 0.2, 0.3, 0.45].map((right) => [right, down]));
      for (const [right, down] of places) {
        await page.mouse.move(box.x + right * box.width, box.y + down * box.height);
        const text = await said.textContent();
        if (text) return text;
      }
      return "";
    };
    assert.match(await pointed(figure.locator("svg").first(), figure.locator(".reading")), /more than .*% is short in .*% of the trials/);
    await page.mouse.move(1, 1);
    assert.equal(await figure.locator(".reading").textContent(), "");
    await figure.getByRole("button", { name: /Large view/ }).click();
    assert.match(await pointed(page.locator("#large-chart svg"), page.locator("#large-reading")), /of the trials/);
    assert.deepEqual(wrong, []);
    await close();
  });

  test("shows and hands out the table of what is drawn, not of what was drawn before", async () => {
    const { page, wrong, close } = await open(browser, server.url);
    const figure = page.locator('figure[data-name^="shortfall-by-country"]').first();
    const table = figure.locator("details > div");
    await figure.locator("summary").click();
    await table.locator("tbody tr").first().waitFor();
    const before = await table.textContent();
    const range = page.locator('#groups input[type="range"]:enabled').first();
    await andAnswered(page, () => range.press("End"));
    const [{ csv }] = await page.evaluate(() => askAll({ do: "table", choice: asked(), trials: state.answer.trials, table: document.querySelector('figure[data-name^="shortfall-by-country"]').chart.table }));
    await page.waitForFunction((before) => {
      const table = document.querySelector('figure[data-name^="shortfall-by-country"] details > div');
      return !table.hasAttribute("aria-busy") && table.textContent !== before;
    }, before);
    const told = await page.evaluate((csv) => {
      const figure = document.querySelector('figure[data-name^="shortfall-by-country"]');
      const made = make("div", {}, tableFrom(csv, figure.chart));
      return [made.textContent, figure.querySelector("details > div").textContent];
    }, csv);
    assert.equal(told[1], told[0]);
    // Words are whole: no cell is a column of letters.
    const highest = await table.locator("tbody td").evaluateAll((cells) => Math.max(...cells.map((cell) => cell.clientHeight)));
    assert.ok(highest < 60, `a cell is ${highest} pixels high`);
    const waiting = page.waitForEvent("download");
    await figure.getByRole("button", { name: /^CSV/ }).click();
    assert.equal(readFileSync(await (await waiting).path(), "utf8"), csv);
    assert.deepEqual(wrong, []);
    await close();
  });

  for (const colorScheme of ["light", "dark"]) {
    test(`has nothing that axe objects to (${colorScheme})`, async () => {
      const { page, wrong, close } = await open(browser, server.url, { colorScheme, reducedMotion: "reduce" });
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
      const range = page.locator('#groups input[type="range"]:enabled').first();
      await andAnswered(page, () => range.press("ArrowRight"));
      await page.locator("#story-buttons button").first().click();
      await page.locator("#story h3").waitFor();
      await page.locator("#keep-name").fill("More");
      await page.locator("#keep button[type=submit]").click();
      await page.locator("#compare").click();
      await page.locator("#compared table").first().waitFor();
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(wrong, []);
      await close();
    });
  }

  test("moves every slider by the keyboard, and each has a name", async () => {
    const { page, wrong, close } = await open(browser, server.url);
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
    for (const box of await page.locator('#groups input[type="checkbox"]').all()) {
      await box.focus();
      await page.keyboard.press("Space");
      assert.equal(await box.isChecked(), true);
    }
    const ranges = await page.locator('#groups input[type="range"]').all();
    assert.ok(ranges.length >= 4);
    for (const range of ranges) {
      const name = await range.getAttribute("aria-label");
      assert.ok(name.length > 2);
      const before = Number(await range.inputValue());
      await range.focus();
      const isAtTheEnd = before >= Number(await range.getAttribute("max"));
      await page.keyboard.press(isAtTheEnd ? "ArrowLeft" : "ArrowRight");
      assert.notEqual(Number(await range.inputValue()), before, name);
      const exact = page.locator(`#${await range.getAttribute("id")}-exact`);
      assert.equal(Number(await exact.inputValue()), Number(await range.inputValue()), name);
      assert.match(await range.getAttribute("aria-valuetext"), /\d/);
    }
    await answered(page, 2);
    assert.deepEqual(wrong, []);
    await close();
  });

  test("takes exact values, undoes, redoes, and goes round by its address", async () => {
    const { page, close } = await open(browser, server.url);
    const baseline = await sentence(page);
    const exact = page.locator('.lever[data-key$=".probability"] input[type="number"]').first();
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
    await andAnswered(page, async () => { await exact.fill("0.61"); await exact.press("Enter"); });
    const changed = await sentence(page);
    assert.match(changed, /^Your changes raise .* \(95 % interval /);
    const address = page.url();
    assert.match(address, /#v=1&event\.[a-z_]+\.arrival\.probability=0\.61$/);
    await andAnswered(page, () => page.locator("#undo").click());
    assert.equal(await sentence(page), baseline);
    assert.doesNotMatch(page.url(), /#/);
    await andAnswered(page, () => page.locator("#redo").click());
    assert.equal(await sentence(page), changed);
    assert.equal(page.url(), address);
    const other = await open(browser, address);
    assert.equal(await sentence(other.page), changed);
    assert.equal(await other.page.locator('.lever[data-key$=".probability"] input[type="number"]').first().inputValue(), "0.61");
    await other.close();
    await andAnswered(page, () => page.locator("#reset").click());
    assert.equal(await sentence(page), baseline);
    await close();
  });

  // Addresses that were handed out stay good: one is added here for every version of the protocol.
  test("reads old addresses, and says what in one it does not know", async () => {
    const old = await open(browser, `${server.url}#v=1&event.ban.arrival.probability=0.5`);
    const known = await old.page.locator(".note").count();
    await old.close();
    const { page, close } = await open(browser, `${server.url}#v=9&no.such.key=3&policy:nobody=on`);
    const note = await page.locator(".note").textContent();
    for (const part of ["the version 9", "no.such.key", "policy:nobody"]) assert.ok(note.includes(part), note);
    assert.match(await page.locator("#changes").textContent(), /Nothing is changed/);
    assert.equal(known, 0, "an address of version 1 is not read");
    await close();
  });

  test("keeps, compares, tells a story and hands out files", async () => {
    const { page, close } = await open(browser, server.url);
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
    const range = page.locator('#groups input[type="range"]:enabled').first();
    await andAnswered(page, () => range.press("ArrowRight"));
    await page.locator("#keep-name").fill("One <b>step</b>");
    await page.locator("#keep button[type=submit]").click();
    assert.match(await page.locator("#kept-list").textContent(), /One <b>step<\/b>/);
    await page.locator("#compare").click();
    await page.locator("#compared table").first().waitFor();
    assert.match(await page.locator("#compared").textContent(), /One <b>step<\/b>/);
    await page.locator("#story-buttons button").last().click();
    await page.locator("#story h3").waitFor();
    assert.match(await page.locator("#story").innerText(), /Future number \d+/);
    const [file] = await Promise.all([page.waitForEvent("download"), page.locator("#download-file").click()]);
    assert.match(readFileSync(await file.path(), "utf8"), /extends = "quickstart\.toml"[\s\S]*\[\[policy\]\]/);
    const chart = page.locator("figure").first();
    const [svg] = await Promise.all([page.waitForEvent("download"), chart.getByRole("button", { name: /^SVG/ }).click()]);
    assert.match(readFileSync(await svg.path(), "utf8"), /^<svg/);
    const [csv] = await Promise.all([page.waitForEvent("download"), chart.getByRole("button", { name: /^CSV/ }).click()]);
    assert.match(readFileSync(await csv.path(), "utf8"), /^policy,material,country/);
    // A chart's table is fetched when it is unfolded.
    const unfold = (details) => details.evaluate((element) => { element.open = true; });
    await unfold(chart.locator("details"));
    await chart.locator("details tbody tr").first().waitFor();
    const futures = page.locator('figure[data-name^="paths"] details');
    await unfold(futures);
    await futures.locator("tbody tr").first().waitFor();
    assert.match(await futures.innerText(), /From futures\.csv/);
    await chart.getByRole("button", { name: /^Large view/ }).click();
    assert.ok(await page.locator("#large svg").isVisible());
    await page.keyboard.press("Escape");
    assert.ok(!(await page.locator("#large").isVisible()));
    await close();
  });

  test("needs no scrolling sideways at 320 pixels", async () => {
    const { page, close } = await open(browser, server.url, { viewport: { width: 320, height: 640 } });
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
    await andAnswered(page, () => page.locator('#groups input[type="range"]:enabled').first().press("ArrowRight"));
    const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
    assert.ok(width <= 320, `${width} pixels`);
    await close();
  });

  test("prints on A4 without a cut figure", async () => {
    // A4 less margins of 1 cm at 96 pixels an inch.
    const [width, height] = [Math.floor((19 / 2.54) * 96), Math.floor((27.7 / 2.54) * 96)];
    const { page, close } = await open(browser, server.url, { viewport: { width, height } });
    await andAnswered(page, async () => {
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
      await page.locator('#groups input[type="range"]:enabled').first().press("ArrowRight");
    });
    await page.emulateMedia({ media: "print" });
    const figures = await page.evaluate(() => [...document.querySelectorAll("figure")].map((figure) => {
      const { width, height } = figure.getBoundingClientRect();
      return { width, height, inside: getComputedStyle(figure).breakInside };
    }));
    assert.ok(figures.length >= 5);
    for (const figure of figures) assert.ok(figure.inside === "avoid" && figure.height < height && figure.width <= width + 1, JSON.stringify(figure));
    const pdf = await page.pdf({ format: "A4", margin: { top: "1cm", bottom: "1cm", left: "1cm", right: "1cm" } });
    assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
    await close();
  });

  test("is refused under a foreign name", async () => {
    const { port, pathname } = new URL(server.url);
    const lured = await launch("--host-resolver-rules=MAP stranger.test 127.0.0.1");
    const page = await lured.newPage();
    const response = await page.goto(`http://stranger.test:${port}${pathname}`);
    assert.equal(response.status(), 403);
    assert.match(await page.textContent("body"), /does not belong to the explorer/);
    await lured.close();
  });
});
