// Looks at pages as people do: on a phone, at a desk, in both colour schemes. usage: node look.mjs CHROMIUM PAGE… [--keep FOLDER]
// Prints one JSON line each: {page, width, scheme, overflow (pixels beyond the window), asked (addresses), violations}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { chromium } from "playwright-core";

const words = process.argv.slice(2);
const keep = words.indexOf("--keep");
const folder = keep < 0 ? null : words.splice(keep, 2)[1];
const [executablePath, ...pages] = words;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

async function look(page, width, scheme) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
  const tab = await context.newPage();
  const asked = [];
  tab.on("request", (request) => request.url().startsWith("file:") || asked.push(request.url()));
  await tab.goto(page);
  const overflow = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (folder) await tab.screenshot({ path: `${folder}/${basename(page, ".html")}-${width}-${scheme}.png`, fullPage: true });
  await tab.evaluate(axe);
  const found = await tab.evaluate(() => window.axe.run());
  const violations = found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 120)}`));
  await context.close();
  return { page, width, scheme, overflow, asked, violations };
}

for (const page of pages)
  for (const width of [360, 1440])
    for (const scheme of ["light", "dark"]) console.log(JSON.stringify(await look(page, width, scheme)));
await browser.close();
