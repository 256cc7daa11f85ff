// Checking a document as people do: with the script the file stays in the browser and only its digest is sent, without it the
// server computes the same; every verdict and every slip before axe-core, the validator, the narrow screen, dark and on paper.
"use strict";
const crypto = require("crypto");
const fs = require("fs");
const os = require("os");
const path = require("path");
const { base, ok, faultsOf, state, WIDE } = require("./look.js");

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "akta-browser-"));
const file = (name, content) => {
  fs.writeFileSync(path.join(folder, name), content);
  return path.join(folder, name);
};
const sha256 = (content) => crypto.createHash("sha256").update(content).digest("hex");
const marker = "tego nie wysyłaj ".repeat(50);

// The policy of the page is in force here: what it forbids does not run.
async function open(browser, options) {
  const context = await browser.newContext({ viewport: WIDE, ...options });
  const page = await context.newPage();
  page.posted = [];
  page.on("response", (r) => { if (r.request().isNavigationRequest()) page.lastDocument = r; });
  page.on("request", (r) => { if (r.method() === "POST") page.posted.push(r.postDataBuffer() || Buffer.alloc(0)); });
  page.on("console", (m) => { if (m.type() === "error") page.errors = (page.errors || []).concat(m.text()); });
  return page;
}

async function look(page, name) {
  const faults = await faultsOf(await page.lastDocument.text());
  ok(faults.length === 0, `valid HTML: ${name}`, faults.slice(0, 8));
  await state(page, name);
}

const h1 = (page) => page.locator("h1").innerText().then((t) => t.replaceAll("\u00a0", " "));

async function withScript(browser) {
  const page = await open(browser, {});
  await page.goto(base + "/sprawdz");
  ok((await page.locator("#plik-hint").innerText()).includes("zostanie na") && !(await page.locator("#plik-busy").isVisible()),
    "the page says that the file stays here", page.errors);
  ok(!page.errors, "its policy lets its own script run", page.errors);
  await look(page, "verify");
  await page.setInputFiles("#plik", file("nieznany.txt", marker));
  await page.click("button.main");
  await page.waitForURL("**/sprawdz/" + sha256(marker));
  ok((await h1(page)) === "Nie potwierdzamy tego pliku", "a file is checked by the digest that the browser computed", await h1(page));
  ok(page.posted.length === 1 && !page.posted[0].includes("tego nie"), "and did not leave it");
  await look(page, "verify-unknown");
  await page.goBack();
  ok(await page.locator("#plik").isEnabled(), "back on the page another file can be chosen");
  await page.goto(base + "/sprawdz");
  await page.click("button.main");
  await page.waitForSelector("#summary");
  await look(page, "verify-error");
  await page.context().close();
}

async function verdicts(browser, it) {
  const page = await open(browser, {});
  await page.goto(base + "/sprawdz/" + it.published);
  ok((await h1(page)) === "Zgodny, czeka na świadków", "what is published is vouched for", await h1(page));
  await look(page, "verify-genuine");
  await page.goto(base + "/en/sprawdz/" + it.published);
  await look(page, "verify-genuine-en");
  for (const [content, name] of [[it.content + "x", "verify-changed"], [it.content, "verify-case"]]) {
    await page.goto(base + "/sprawdz");
    await page.fill("#numer", it.number);
    await page.fill("#kod", it.secret);
    await page.setInputFiles("#plik", file("odpowiedz.pdf", content));
    await page.click("button.main");
    await page.waitForFunction(() => document.querySelector("h1").textContent !== "Sprawdź dokument");
    await look(page, name);
  }
  ok((await h1(page)) === "Zgodny, czeka na świadków", "a document of a case, with number and code", await h1(page));
  for (const [lang, title, name] of [["", "Zniszczony zgodnie z prawem", "verify-destroyed"], ["/en", "Destroyed as the law provides", "verify-destroyed-en"]]) {
    await page.goto(base + lang + "/sprawdz");
    await page.setInputFiles("#dowod", it.destroyed);
    await Promise.all([page.waitForNavigation(), page.click("button.main")]);
    ok((await h1(page)) === title, `what was destroyed is told to whoever has its proof: ${name}`, await h1(page));
    await look(page, name);
  }
  await page.context().close();
}

async function withoutScript(browser, it) {
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(base + "/sprawdz");
  await page.setInputFiles("#plik", file("x.txt", marker));
  await page.click("button.main");
  ok(page.url().endsWith(sha256(marker)), "without the script the server computes the same", page.url());
  await page.goto(base + "/sprawdz");
  await page.fill("#skrot", it.published);
  await page.press("#skrot", "Enter");
  await page.waitForLoadState();
  ok((await h1(page)) === "Zgodny, czeka na świadków", "and a pasted digest is taken", await h1(page));
  await page.context().close();
}

async function verify(browser) {
  const it = JSON.parse(process.env.VERIFY);
  await withScript(browser);
  await verdicts(browser, it);
  await withoutScript(browser, it);
  fs.rmSync(folder, { recursive: true });
}

module.exports = { verify };
