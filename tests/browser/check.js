// Looks at every page as a person's browser shows it. BASE is the address of a running window, SHOTS a folder for pictures
// (or nothing). TAP on standard output. Pages are found by following links; of each kind all are read by the validator, and
// a few stand before axe-core in light and dark, wide and at 320 pixels, which is 400 % zoom of a usual screen.
"use strict";
const fs = require("fs");
const path = require("path");
const { chromium } = require("playwright-core");
const { HtmlValidate } = require("html-validate");
const axeSource = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [base, shots] = process.argv.slice(2);
let count = 0, failed = 0;

function ok(condition, name, seen) {
  count++;
  console.log(`${condition ? "ok" : "not ok"} ${count} - ${name}`);
  if (!condition) {
    failed++;
    console.log("# seen: " + JSON.stringify(seen).slice(0, 1500));
  }
}

// ---------------------------------------------------------------- which pages there are

async function crawl() {
  const pages = new Map(), queue = ["/", "/en/"];
  while (queue.length > 0) {
    const at = queue.pop();
    if (pages.has(at)) continue;
    const r = await fetch(base + at);
    const html = (r.headers.get("content-type") || "").startsWith("text/html") ? await r.text() : null;
    pages.set(at, { status: r.status, html });
    for (const [, href] of (html || "").matchAll(/<a [^>]*href="([^"]*)"/g)) {
      const url = new URL(href.replaceAll("&amp;", "&"), base + at);
      if (url.origin === base) queue.push(url.pathname + url.search);
    }
  }
  return pages;
}

// One of each kind in each language, and every state of the search.
function chosen(pages) {
  const kinds = new Map();
  for (const [at, page] of pages) {
    if (page.html === null) continue;
    const kind = at.replace(/(karty|informacje)\/[a-z0-9-]+/, "$1/*").replace(/rejestry\/\d+/, "rejestry/*");
    const known = kinds.get(kind);
    if (known === undefined || page.html.length > pages.get(known).html.length) kinds.set(kind, at);
  }
  const states = ["/szukaj?q=dow%C3%B3d", "/szukaj?q=xqzxqz", "/szukaj?q=" + "a".repeat(201), "/nie-ma", "/en/no-such",
    "/en/szukaj?q=meldunek", "/szukaj?q=%ff"];
  return [...kinds.values(), "/informacje/cennik", ...states];
}

// ---------------------------------------------------------------- what is asked of each

const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:standard", "html-validate:document"],
  rules: {
    "no-trailing-whitespace": "off", "doctype-style": "off", "long-title": "off", "no-inline-style": "error",
    "no-raw-characters": "off", "wcag/h32": "error", "tel-non-breaking": "off", "no-implicit-button-type": "off",
    "no-redundant-role": "off", "prefer-native-element": "off", "element-required-attributes": "error", "no-redundant-for": "off", "require-sri": "off",
  },
});

async function validate(pages) {
  const faults = [];
  for (const [at, page] of pages) {
    if (page.html === null) continue;
    const report = await validator.validateString(page.html);
    for (const result of report.results) {
      for (const m of result.messages) faults.push(`${at}:${m.line}: ${m.ruleId}: ${m.message}`);
    }
  }
  ok(faults.length === 0, `valid HTML on ${pages.size} addresses`, faults.slice(0, 12));
}

async function axe(page) {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const r = await window.axe.run(document, { resultTypes: ["violations"] });
    return r.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
  });
}

const smallTargets = () => [...document.querySelectorAll("header a, nav a, button, input, .tasks a, .list a")]
  .filter((e) => !e.matches(".skip"))
  .map((e) => [e.textContent.trim().slice(0, 40), e.getBoundingClientRect()])
  .filter(([, b]) => b.height < 24).map(([t, b]) => `${t} ${b.height}`);

const overflow = () => {
  const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 &&
    !e.closest(".scroll, pre, .skip, .search label")).map((e) => e.outerHTML.slice(0, 120));
  return document.documentElement.scrollWidth > innerWidth ? ["scrolls", ...wide.slice(0, 5)] : [];
};

function name(at) {
  return at.replace(/[^a-z0-9-]+/gi, "_").replace(/^_|_$/g, "").slice(0, 60) || "start";
}

async function picture(page, at, how) {
  if (shots) await page.screenshot({ path: path.join(shots, `${name(at)}-${how}.png`), fullPage: true });
}

async function look(browser, at, how, options) {
  const context = await browser.newContext({ javaScriptEnabled: true, bypassCSP: true, ...options });
  const page = await context.newPage();
  const outside = [];
  page.on("request", (r) => { if (!r.url().startsWith(base)) outside.push(r.url()); });
  await page.goto(base + at);
  await picture(page, at, how);
  const violations = await axe(page);
  ok(violations.length === 0, `axe-core: ${at.slice(0, 60)} ${how}`, violations);
  const wide = await page.evaluate(overflow), small = await page.evaluate(smallTargets);
  ok(wide.length === 0, `nothing is wider than the window: ${at.slice(0, 60)} ${how}`, wide);
  ok(small.length === 0 && outside.length === 0, `targets of 24 px, nobody else is asked: ${at.slice(0, 60)} ${how}`,
    [small, outside]);
  await context.close();
}

async function print(browser, at) {
  const context = await browser.newContext({ viewport: { width: 794, height: 1123 } });
  const page = await context.newPage();
  await page.goto(base + at);
  await page.emulateMedia({ media: "print" });
  await picture(page, at, "print");
  const shown = await page.evaluate(() => [...document.querySelectorAll("nav, .search, .skip, .ask")]
    .filter((e) => e.checkVisibility()).map((e) => e.className || e.tagName));
  ok(shown.length === 0, `paper has no navigation: ${at.slice(0, 60)}`, shown);
  await context.close();
}

// Without a script, by keyboard alone: search from the start page and open what is found.
async function keyboard(browser) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(base + "/");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  ok(page.url().endsWith("#main"), "the first Tab offers to skip to the content", page.url());
  await page.goto(base + "/");
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press("Tab");
    if (await page.locator("#q:focus").count()) break;
  }
  await page.keyboard.type("dowod osobisty");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/szukaj?q=*");
  const first = page.locator("main ol a").first();
  ok(await first.count() === 1, "a search without a script, by keyboard, finds something", await page.title());
  await first.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL((u) => !u.pathname.includes("szukaj"));
  ok((await page.locator("h1").count()) === 1, "and opens it", page.url());
  await context.close();
}

async function main() {
  const pages = await crawl();
  const dead = [...pages].filter(([, p]) => p.status !== 200).map(([at]) => at);
  ok(dead.length === 0, "no dead link", dead);
  await validate(pages);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
  for (const at of chosen(pages)) {
    await look(browser, at, "light", { viewport: { width: 1280, height: 800 }, colorScheme: "light" });
    await look(browser, at, "dark", { viewport: { width: 1280, height: 800 }, colorScheme: "dark" });
    await look(browser, at, "narrow", { viewport: { width: 320, height: 640 }, colorScheme: "light" });
    await print(browser, at);
  }
  await keyboard(browser);
  await browser.close();
  console.log(`1..${count}`);
  process.exit(failed === 0 ? 0 : 1);
}

main().catch((e) => {
  ok(false, "the browser ran to its end", String(e.stack));
  process.exit(1);
});
