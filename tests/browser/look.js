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

module.exports = { base, shots, ok, end, faultsOf, axe, smallTargets, overflow, picture, paper, state, WIDE, NARROW };
