// What the browser tests share: TAP, the validator, axe-core, and one look at a page: light, dark, 320 pixels (400 % zoom of a
// usual screen), paper.
"use strict";
const path = require("path");
const { HtmlValidate } = require("html-validate");
const fs = require("fs");
const axeSource = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [base, shots] = process.argv.slice(2);
let count = 0, failed = 0;

function ok(condition, name, seen) {
  count++;
  console.log(`${condition ? "ok" : "not ok"} ${count} - ${name}`);
  if (!condition) {
    failed++;
    console.log("# seen: " + String(JSON.stringify(seen)).slice(0, 1500));
  }
}

function end() {
  console.log(`1..${count}`);
  process.exit(failed === 0 ? 0 : 1);
}

const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:standard", "html-validate:document"],
  rules: {
    "no-trailing-whitespace": "off", "doctype-style": "off", "long-title": "off", "no-inline-style": "error",
    "no-raw-characters": "off", "wcag/h32": "error", "tel-non-breaking": "off", "no-implicit-button-type": "off",
    "no-redundant-role": "off", "prefer-native-element": "off", "element-required-attributes": "error", "no-redundant-for": "off", "require-sri": "off",
  },
});

async function faultsOf(html) {
  const report = await validator.validateString(html);
  return report.results.flatMap((r) => r.messages.map((m) => `${m.line}: ${m.ruleId}: ${m.message}`));
}

async function axe(page) {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const r = await window.axe.run(document, { resultTypes: ["violations"] });
    return r.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
  });
}

const smallTargets = () => [...document.querySelectorAll("header a, nav a, button, input:not([type=hidden]), .tasks a, .list a")]
  .filter((e) => !e.matches(".skip, .unseen") && e.checkVisibility())
  .map((e) => [e.textContent.trim().slice(0, 40), e.getBoundingClientRect()])
  .filter(([, b]) => b.height < 24).map(([t, b]) => `${t} ${b.height}`);

const overflow = () => {
  const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 &&
    !e.closest(".scroll, pre, .skip, .search label")).map((e) => e.outerHTML.slice(0, 120));
  return document.documentElement.scrollWidth > innerWidth ? ["scrolls", ...wide.slice(0, 5)] : [];
};

// The shape of every page: one h1, with which the title begins; headings that skip no level; one of each landmark, and every
// nav with a name; one main step at most; and in Polish no word of one letter at the end of a line.
const manners = () => {
  const faults = [], plain = (text) => text.replaceAll("\u00a0", " ").trim();
  const all = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility());
  const h1 = all("h1").map((e) => plain(e.textContent));
  if (h1.length !== 1 || !plain(document.title).replace(/^(Błąd|Error): /, "").startsWith(h1[0])) faults.push(["h1", h1, document.title]);
  all("h1, h2, h3, h4").map((e) => Number(e.tagName[1])).reduce((before, level) => {
    if (level > before + 1) faults.push(`h${level} after h${before}`);
    return level;
  }, 1);
  for (const one of ["body > header", "main", "body > footer"]) if (all(one).length !== 1) faults.push(one);
  faults.push(...all("nav:not([aria-label])").map((e) => e.outerHTML.slice(0, 80)));
  const steps = all("main button.main, main a.button").map((e) => plain(e.textContent));
  if (steps.length > 1) faults.push(["main steps", steps]);
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const within = node.parentElement;
    const lone = within.closest("[lang]").lang === "pl" && !within.closest("textarea, pre, option") && /(?:^|\s)[aiouwzAIOUWZ] \S+/.exec(node.data);
    if (lone) faults.push(lone[0]);
  }
  return faults.slice(0, 6);
};

function name(at) {
  return at.replace(/[^a-z0-9-]+/gi, "_").replace(/^_|_$/g, "").slice(0, 60) || "start";
}

async function picture(page, at, how) {
  if (shots) await page.screenshot({ path: path.join(shots, `${name(at)}-${how}.png`), fullPage: true, timeout: 120000 });
}

async function paper(page, at) {
  await page.emulateMedia({ media: "print" });
  await picture(page, at, "print");
  const shown = await page.evaluate(() => [...document.querySelectorAll("nav, .search, .skip, .ask, .noprint, .form button")]
    .filter((e) => e.checkVisibility()).map((e) => e.className || e.tagName));
  ok(shown.length === 0, `paper has no navigation: ${at.slice(0, 60)}`, shown);
  await page.emulateMedia({ media: "screen" });
}

const WIDE = { width: 1280, height: 800 }, NARROW = { width: 320, height: 640 };

// The page as it stands now, without loading it again: what came of a form cannot be asked for a second time.
async function state(page, at) {
  const shape = await page.evaluate(manners);
  ok(shape.length === 0, `one h1, one main step, landmarks, no lone letters: ${at.slice(0, 60)}`, shape);
  for (const [how, size, colorScheme] of [["light", WIDE, "light"], ["dark", WIDE, "dark"], ["narrow", NARROW, "light"]]) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme, media: "screen" });
    await picture(page, at, how);
    const violations = await axe(page);
    ok(violations.length === 0, `axe-core: ${at.slice(0, 60)} ${how}`, violations);
    const wide = await page.evaluate(overflow), small = await page.evaluate(smallTargets);
    ok(wide.length === 0, `nothing is wider than the window: ${at.slice(0, 60)} ${how}`, wide);
    ok(small.length === 0, `targets of 24 px: ${at.slice(0, 60)} ${how}`, small);
  }
  await page.setViewportSize(WIDE);
  await paper(page, at);
  await page.emulateMedia({ colorScheme: "light", media: "screen" });
}

module.exports = { base, shots, ok, end, faultsOf, axe, smallTargets, overflow, manners, picture, paper, state, WIDE, NARROW };
