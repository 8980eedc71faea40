// Pictures of the explorer for the documents: node pictures.mjs FOLDER [SCENARIO] [HASH].
import { join } from "node:path";
import { launch, open, serve } from "./support.mjs";

const [folder, scenario = "scenarios/quickstart.toml", hash = "#v=1&event.ban.arrival.probability=0.15&inventory.magnet.USA.days=120"] = process.argv.slice(2);
const server = await serve(scenario);
const browser = await launch();
const views = [
  ["explorer", { viewport: { width: 1360, height: 950 } }],
  ["explorer-dark", { viewport: { width: 1360, height: 950 }, colorScheme: "dark" }],
  ["explorer-phone", { viewport: { width: 320, height: 700 } }],
];
for (const [name, options] of views) {
  const { page, wrong, close } = await open(browser, server.url + hash, { reducedMotion: "reduce", ...options });
  if (wrong.length) console.error(name, wrong);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  if (process.env.FULL) await page.screenshot({ path: join(folder, `${name}-full.png`), fullPage: true });
  await close();
}
await browser.close();
await server.end();
