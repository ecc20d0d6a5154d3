// Walks through the console as a person does, and looks at each page on the way.
// usage: node console.mjs CHROMIUM LINK FILE FOLDER HOOK
//   LINK signs in once; FILE is a table to upload; FOLDER takes the screenshots; HOOK is where a webhook may be sent to.
// Prints one JSON line a step: {step, …}, and one a look: {page, width, scheme, overflow, asked, violations, said}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { chromium } from "playwright-core";

const [executablePath, link, file, folder, hook] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const origin = new URL(link).origin;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
const tab = await context.newPage();
tab.setDefaultTimeout(60_000);
const asked = [], said = [];
tab.on("request", (request) => request.url().startsWith(origin) || request.url().startsWith("data:") || asked.push(request.url()));
tab.on("console", (message) => ["error", "warning"].includes(message.type()) && said.push(message.text()));
tab.on("pageerror", (error) => said.push(String(error)));
tab.on("dialog", (dialog) => dialog.accept());
const tell = (value) => console.log(JSON.stringify(value));

async function look(name) {
  for (const scheme of ["light", "dark"]) {
    await tab.emulateMedia({ colorScheme: scheme });
    for (const width of [360, 1440, 2560]) {
      await tab.setViewportSize({ width, height: 900 });
      await tab.waitForTimeout(150);
      const overflow = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      await tab.screenshot({ path: `${folder}/${name}-${width}-${scheme}.png`, fullPage: true });
      // Chromium has no say over styles that its own protocol puts in; scripts of the protocol run beside the page's policy
      await tab.evaluate(axe);
      const found = await tab.evaluate(() => window.axe.run(document, { iframes: false }));
      const violations = found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html.slice(0, 160)}`));
      tell({ page: name, width, scheme, overflow, violations, asked: asked.splice(0), said: said.splice(0) });
    }
  }
  await tab.emulateMedia({ colorScheme: "light" });
  await tab.setViewportSize({ width: 1440, height: 900 });
}

const status = () => tab.locator("#state .pill").first().textContent();
const until = (word) => tab.locator("#state .pill").first().filter({ hasText: word }).waitFor();

async function submit(rows, output, parameters = {}) {
  await tab.goto(`${origin}/console/new?input_path=${encodeURIComponent(basename(file))}&input_bucket=in`);
  await tab.locator("#data_size").fill(String(rows));
  await tab.locator("#output_bucket").selectOption("out");
  await tab.locator("#output_path").fill(output);
  for (const [name, value] of Object.entries(parameters)) await tab.locator(`[id="tabular.${name}"]`).fill(value);
  await tab.getByRole("button", { name: "Submit the job" }).click();
  await tab.waitForURL(/\/console\/jobs\/[0-9a-f-]{36}$/);
}

// signing in
await tab.goto(`${origin}/console/webhooks`);
tell({ step: "sent to sign in", url: tab.url() });
await look("sign-in");
await tab.goto(link);
tell({ step: "signed in by a link", url: tab.url() });
await look("jobs-empty");

// upload, preview, submit
await tab.getByRole("link", { name: "New job" }).first().click();
await tab.locator("#input_bucket").selectOption("in");
await tab.locator("#file").setInputFiles(file);
await tab.locator("#upload-state").filter({ hasText: "is in in" }).waitFor();
tell({ step: "uploaded", path: await tab.locator("#input_path").inputValue(), output: await tab.locator("#output_path").inputValue() });
const dropped = await tab.evaluateHandle(() => {
  const data = new DataTransfer();
  data.items.add(new File(["a,b\n1,2\n"], "dropped here.csv"));
  return data;
});
await tab.dispatchEvent(".drop", "drop", { dataTransfer: dropped });
await tab.locator("#upload-state").filter({ hasText: "dropped here.csv is in in" }).waitFor();
tell({ step: "dropped", path: await tab.locator("#input_path").inputValue() });
await tab.locator("#preview").filter({ hasText: "INPUT_REFUSED" }).waitFor();
await tab.locator("#objects").getByRole("button", { name: "adult.csv", exact: true }).click();
await tab.locator("#preview table").first().waitFor();
tell({ step: "previewed", columns: await tab.locator("#preview table").first().locator("tbody tr").count() });
await tab.locator("#data_size").fill("2000");
await tab.locator("#output_bucket").selectOption("out");
await tab.locator("#output_path").fill("first.csv");
await tab.locator("#output_path").dispatchEvent("change");
await tab.locator("#curl").filter({ hasText: "first.csv" }).waitFor();
tell({ step: "the same request", curl: await tab.locator("#curl").textContent(), python: await tab.locator("#python").textContent() });
await tab.locator("#preview table").first().waitFor();
await tab.waitForTimeout(1500);
await look("new");
await tab.getByRole("button", { name: "Submit the job" }).click();
await tab.waitForURL(/\/console\/jobs\/[0-9a-f-]{36}$/);
const first = tab.url();
tell({ step: "submitted", url: first });

// watched to the end, without reload
await tab.evaluate(() => { window.notReloaded = true; });
await until("completed");
await tab.locator("iframe.report").waitFor();
const download = tab.waitForEvent("download");
await tab.getByRole("link", { name: /^part-00000\.csv/ }).click();
const path = await (await download).path();
tell({ step: "completed", reloaded: !(await tab.evaluate(() => window.notReloaded)), rows: readFileSync(path, "utf8").trim().split("\n").length - 1 });
const report = tab.frameLocator("iframe.report").locator("h1").first();
await report.waitFor();
tell({ step: "report", title: await report.textContent() });
await tab.locator("iframe.report").scrollIntoViewIfNeeded();
await tab.waitForTimeout(500);
await look("job-completed");

// paused, resumed, cancelled
await submit(40_000_000, "long/");
await until("running");
await tab.getByRole("button", { name: "Pause" }).click();
await until("paused");
tell({ step: "paused", status: await status() });
await look("job-paused");
await tab.getByRole("button", { name: "Resume" }).click();
await until("running");
tell({ step: "resumed", status: await status() });
await tab.waitForTimeout(2500);
await look("job-running");
await tab.goto(`${origin}/console/jobs`);
await look("jobs");
await tab.goBack();
await tab.getByRole("button", { name: "Cancel" }).click();
await until("cancelled");
tell({ step: "cancelled", status: await status() });

// what cannot be accepted, and what fails
await tab.goto(`${first.replace("/jobs/", "/new?from=")}`);
tell({ step: "run again", output: await tab.locator("#output_path").inputValue(), rows: await tab.locator("#data_size").inputValue() });
await tab.locator("#data_size").fill("0");
await tab.getByRole("button", { name: "Submit the job" }).click();
await tab.locator("#problems .notice").waitFor();
tell({ step: "refused", problem: await tab.locator("#problems").innerText() });
await tab.locator("#data_size").fill("100");
await tab.getByRole("button", { name: "Submit the job" }).click();
await tab.waitForURL(/\/console\/jobs\/[0-9a-f-]{36}$/);
await until("failed");
tell({ step: "failed", error: await tab.locator("#state .notice").innerText() });
await look("job-failed");

// webhooks
await tab.goto(`${origin}/console/webhooks`);
await look("webhooks-empty");
await tab.locator("#url").fill(hook);
await tab.locator("#secret").fill("a secret of some length");
await tab.getByRole("button", { name: "Register" }).click();
await tab.waitForURL(/\/console\/webhooks\/[0-9a-f-]{36}$/);
await tab.getByRole("button", { name: "Send a test" }).click();
await tab.locator("#deliveries .pill.delivered").first().waitFor();
tell({ step: "tested", answer: await tab.locator("#deliveries tbody tr").first().innerText() });
await look("webhook");
await tab.goto(`${origin}/console/webhooks`);
await look("webhooks");

for (const name of ["models", "audit", "health"]) {
  await tab.goto(`${origin}/console/${name}`);
  await look(name);
}
await tab.goto(`${origin}/console/jobs?search=first`);
tell({ step: "searched", found: await tab.locator("#jobs tbody tr").count() });

// by keyboard alone
await tab.goto(`${origin}/console/jobs`);
await tab.keyboard.press("Tab");
tell({ step: "first stop of the keyboard", text: await tab.evaluate(() => document.activeElement.textContent.trim()) });
await tab.getByRole("button", { name: "Sign out" }).focus();
await tab.keyboard.press("Enter");
await tab.waitForURL(/sign-in/);
await tab.goto(`${origin}/console/jobs`);
tell({ step: "signed out", url: tab.url() });
await browser.close();
