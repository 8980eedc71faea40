// How long the explorer takes from a key press to its first answer and to its first new chart: node times.mjs [SCENARIO...]. Times are no test.
import { launch, open, serve } from "./support.mjs";

const scenarios = process.argv.slice(2);
if (!scenarios.length) scenarios.push("scenarios/quickstart.toml", "scenarios/gallium-germanium.toml", "scenarios/us-india-partnership.toml", "scenarios/electric-vehicle-batteries.toml");
const presses = 7;
const middle = (values) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

console.log("| scenario | first answer, ms (median, most) | first new chart, ms (median, most) |\n|---|---|---|");
const browser = await launch();
for (const scenario of scenarios) {
  const server = await serve(scenario);
  const { page, close } = await open(browser, server.url);
  await page.evaluate(() => document.querySelectorAll("#groups details").forEach((details) => { details.open = true; }));
  const range = page.locator('#groups input[type="range"]:enabled').first();
  const [answers, charts] = [[], []];
  for (let press = 0; press < presses; press += 1) {
    await range.focus();
    await page.evaluate(() => {
      window.times = {};
      let begun;
      document.addEventListener("keydown", () => { begun = performance.now(); }, { capture: true, once: true });
      const note = (name, of) => new MutationObserver((_, observer) => {
        // Of what follows the press.
        if (begun === undefined) return;
        window.times[name] = performance.now() - begun;
        observer.disconnect();
      }).observe(of, { childList: true, subtree: true, characterData: true });
      note("answer", document.querySelector("#sentence"));
      note("chart", document.querySelector("#figures-drawn"));
    });
    await page.keyboard.press(press % 2 ? "ArrowLeft" : "ArrowRight");
    await page.waitForFunction(() => window.times.answer !== undefined && window.times.chart !== undefined);
    const { answer, chart } = await page.evaluate(() => window.times);
    answers.push(answer);
    charts.push(chart);
    // The next press comes when this run is stopped by it anyway.
    await page.waitForTimeout(300);
  }
  const told = (values) => `${middle(values).toFixed(0)}, ${Math.max(...values).toFixed(0)}`;
  console.log(`| ${scenario.replace(/^.*\//, "").replace(".toml", "")} | ${told(answers)} | ${told(charts)} |`);
  await close();
  await server.end();
}
await browser.close();
