// Looks at every page as a person's browser shows it. BASE is the address of a running window, SHOTS a folder for pictures
// (or nothing). TAP on standard output. Pages are found by following links; of each kind all are read by the validator, and
// a few stand before axe-core in light and dark, wide and at 320 pixels, which is 400 % zoom of a usual screen.
"use strict";
const { chromium } = require("playwright-core");
const { base, ok, end, faultsOf, axe, smallTargets, overflow, manners, picture, paper, WIDE, NARROW } = require("./look.js");
const { letters } = require("./letters.js");
const { life } = require("./life.js");

// ---------------------------------------------------------------- which pages there are

// ONLY=expression: these addresses alone, and no letters. ONLY=letters: the letters alone.
const only = new RegExp(process.env.ONLY || ""), lettersAlone = process.env.ONLY === "letters";

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
    const kind = at.replace(/(karty|informacje)\/[a-z0-9-]+/, "$1/*").replace(/rejestry\/\d+/, "rejestry/*")
      .replace(/(wnioski|odpowiedzi)\/\d{4}-\d+/, "$1/*").replace(/rok=\d+/, "rok=*").replace(/po=[0-9a-f]+/, "po=*");
    const known = kinds.get(kind);
    if (known === undefined || page.html.length > pages.get(known).html.length) kinds.set(kind, at);
  }
  const states = ["/szukaj?q=dow%C3%B3d", "/szukaj?q=xqzxqz", "/szukaj?q=" + "a".repeat(201), "/nie-ma", "/en/no-such",
    "/en/szukaj?q=meldunek", "/szukaj?q=%ff", "/wnioski?stan=discontinued", "/wnioski?od=2026-12-01&do=2026-11-01",
    "/en/wnioski?q=xqzxqz", "/odpowiedzi?q=xqzxqz", "/wnioski/statystyka?rok=2019"];
  return [...kinds.values(), "/informacje/cennik", ...states].filter((at) => only.test(at));
}

// BRIEF=1, for continuous integration: one page of each sort, and of each a wide light and a narrow look; a few dark ones.
const BRIEF = ["/", "/wniosek", "/wniosek/informacja", "/karty", "/rejestry", "/informacje/cennik", "/dziennik",
  "/szukaj?q=dow%C3%B3d", "/nie-ma", "/en/"];
const brief = Boolean(process.env.BRIEF);

// ---------------------------------------------------------------- what is asked of each

async function validate(pages) {
  const faults = [];
  for (const [at, page] of pages) {
    if (page.html !== null) faults.push(...(await faultsOf(page.html)).map((f) => `${at}:${f}`));
  }
  ok(faults.length === 0, `valid HTML on ${pages.size} addresses`, faults.slice(0, 12));
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
  const shape = await page.evaluate(manners);
  ok(shape.length === 0, `one h1, one main step, landmarks, no lone letters: ${at.slice(0, 60)} ${how}`, shape);
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
  await paper(page, at);
  await context.close();
}

// Without a script, by keyboard alone: search from the start page and open what is found.
async function keyboard(browser) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(base + "/");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/#main").catch(() => {});
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
  const card = [...pages.keys()].find((at) => at.startsWith("/karty/") && pages.get(at).html !== null);
  for (const at of brief ? [...BRIEF, card] : chosen(pages)) {
    await look(browser, at, "light", { viewport: WIDE, colorScheme: "light" });
    if (!brief || at === "/" || at === card) {
      await look(browser, at, "dark", { viewport: WIDE, colorScheme: "dark" });
      await print(browser, at);
    }
    await look(browser, at, "narrow", { viewport: NARROW, colorScheme: "light" });
  }
  if (!process.env.ONLY || lettersAlone) {
    await keyboard(browser);
    await letters(browser, brief);
    if (!brief) await life(browser);
  }
  await browser.close();
  end();
}

main().catch((e) => {
  ok(false, "the browser ran to its end", String(e.stack));
  end();
});
