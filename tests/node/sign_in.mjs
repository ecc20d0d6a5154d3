// Signs in at an issuer as a person does. usage: node sign_in.mjs CHROMIUM URL NAME
// Prints one JSON line: {asked (of the issuer), url (where it ended), who}.
import { chromium } from "playwright-core";

const [executablePath, url, name] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const tab = await (await browser.newContext()).newPage();
tab.setDefaultTimeout(30_000);
await tab.goto(`${url}/console/audit`);
await tab.getByRole("link", { name: "Sign in with your account" }).click();
await tab.locator("[name=login]").waitFor();
await tab.locator("[name=login]").fill(name);
await tab.locator("[name=password]").fill("any");
await tab.locator("button[type=submit]").click();
await tab.getByRole("button", { name: "Continue" }).click();
await tab.waitForURL(`${url}/**`);
const cookies = (await tab.context().cookies()).filter((cookie) => cookie.name.startsWith("lookalike"));
console.log(JSON.stringify({ url: tab.url(), who: await tab.locator(".who .name").innerText(), cookies }));
await browser.close();
