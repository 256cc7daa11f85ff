// Letters as people write them: every state of every form before axe-core, the validator and the narrow screen, and the whole
// way from the start page to the case by keyboard alone, without a script.
"use strict";
const fs = require("fs");
const os = require("os");
const path = require("path");
const { base, ok, faultsOf, state, WIDE, NARROW } = require("./look.js");

const { verify } = require("./verify.js");

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "akta-browser-"));
const scan = path.join(folder, "skan_umowy_najmu_lokalu_uzytkowego_przy_ul_Polnej_3_w_Brzozowie.pdf");
fs.writeFileSync(scan, "%PDF-1.4 proba\n".repeat(200));

// A page on which each document that came in is remembered as it was sent.
async function open(browser, options) {
  const context = await browser.newContext({ bypassCSP: true, viewport: WIDE, ...options });
  const page = await context.newPage();
  page.on("response", (r) => { if (r.request().isNavigationRequest()) page.lastDocument = r; });
  return page;
}

async function look(page, name) {
  const html = await page.lastDocument.text();
  const faults = await faultsOf(html);
  ok(faults.length === 0, `valid HTML: ${name}`, faults.slice(0, 8));
  await state(page, name);
}

const said = (page) => page.locator("main").innerText().then((t) => t.replaceAll("\u00a0", " "));

async function send(page, values = {}, button = "button.main") {
  for (const [name, value] of Object.entries(values)) {
    if (value === true) await page.check(`#${name}`);
    else await page.fill(`#${name}`, value);
  }
  await page.click(button);
}

async function publicInformation(page) {
  await page.goto(base + "/wniosek");
  await look(page, "choose");
  await send(page);
  await look(page, "choose-error");
  await page.goto(base + "/wniosek/informacja");
  await look(page, "foi");
  ok(!(await page.locator("#street").isVisible()), "what belongs to a choice waits for it", "the street");
  ok(await page.locator("#email").isVisible(), "an address for notices belongs to every choice, where mail is set up", "no e-mail");
  await page.check("#way-post");
  ok(await page.locator("#street").isVisible(), "and comes with it");
  await page.fill("#content", "Długi tekst, zanim ktoś zajrzy do klauzuli");
  await page.click("main form a");
  await page.goBack();
  ok((await page.inputValue("#content")).startsWith("Długi tekst") && (await page.isChecked("#way-post")), "whoever reads the notice and goes back finds what was typed",
    await page.inputValue("#content"));
  await page.setInputFiles("#files", scan);
  await send(page, { "way-email": true, email: "jan.example", content: "" });
  await look(page, "foi-error");
  const focused = await page.evaluate(() => document.activeElement.id);
  ok(focused === "summary", "the summary has the focus", focused);
  await page.click("#summary a >> nth=0");
  ok((await page.evaluate(() => document.activeElement.id)) === "content", "its links lead into the fields");
  await send(page, { content: "Ile kosztuje zaświadczenie o zameldowaniu?" }, "button[value=podobne]");
  await look(page, "foi-similar");
  await send(page, { "way-here": true, email: "" });
  await look(page, "receipt");
  ok((await said(page)).includes("Zapisz kod."), "a receipt with its code");
}

async function aCase(page) {
  const code = await page.locator(".code").innerText(), number = /\d{4}-\d{6}/.exec(await said(page))[0];
  await page.click("text=Śledź sprawę");
  await look(page, "case");
  const address = page.url();
  for (const [link, name] of [["Przygotuj skargę", "silence"], ["Uzupełnij sprawę", "supplement"], ["Zmień sposób", "change-way"],
    ["Wycofaj pismo", "withdraw"]]) {
    await page.goto(address);
    await page.click(`text=${link}`);
    await look(page, name);
  }
  await page.goto(address + "/uzupelnij");
  await send(page);
  await look(page, "supplement-error");
  await page.setInputFiles("#files", scan);
  await send(page, { text: "Chodzi też o soboty." });
  ok(await page.locator("main > .box.done:focus").count() === 1, "what was done is said first and has the focus");
  await look(page, "case-supplemented");
  await page.goto(address + "/wycofaj");
  await send(page);
  await look(page, "case-withdrawn");
  await page.goto(address + "/wycofaj");
  await look(page, "not-now");
  await page.goto(base + "/sprawa");
  await look(page, "follow");
  await send(page, { numer: number, kod: "ABCD" });
  await look(page, "follow-error");
  await send(page, { kod: code.toLowerCase().replaceAll("-", " ") });
  ok(page.url() === address, "the code opens the case", page.url());
  await page.goto(address.slice(0, -4) + "0000");
  await look(page, "no-such-case");
}

async function questionByQuestion(page, lang) {
  await page.goto(base + lang + "/wniosek/ponowne-wykorzystywanie");
  const steps = [{ content: "Budżety od 2020 r." }, {}, { purpose: "Aplikacja" }, { format: "CSV", "way-here": true },
    { name: "Jan Próba", street: "Polna 3", postal_code: "17-300", city: "Siemiatycze" }, {}];
  for (const [i, values] of steps.entries()) {
    await look(page, `reuse-${i + 1}${lang.slice(1)}`);
    if (i === 4) {
      await send(page);
      await look(page, `reuse-5-error${lang.slice(1)}`);
    }
    if (i === 5) await page.setInputFiles("#files", scan);
    await send(page, values);
  }
  await look(page, `reuse-review${lang.slice(1)}`);
  await send(page);
  await look(page, `reuse-receipt${lang.slice(1)}`);
}

async function otherLetters(page) {
  await page.goto(base + "/wniosek/skarga");
  await look(page, "complaint");
  await send(page, { "kind-petition": true });
  await send(page, { content: "Ławki w parku" });
  await look(page, "petition-who");
  for (const at of ["moje-dane", "wlasnymi-slowami", "akta-sprawy", "dane-z-rejestru"]) {
    await page.goto(base + "/wniosek/" + at);
    await look(page, at);
  }
  await send(page);
  await look(page, "register-error");
  await send(page, { "source-residents": true, "ground-legal-interest": true, keys: "Jan Próba", scope: "adres", purpose: "pozew",
    basis: "art. 1" });
  await look(page, "register-ready");
}

// What the office brought about before: run.py names the cases.
async function states(page) {
  const cases = Object.entries(JSON.parse(process.env.CASES || "{}"));
  ok(cases.length >= 8, "there are cases in other states", cases);
  for (const [name, at] of cases) {
    await page.goto(base + at);
    await look(page, `case-${name}`);
  }
}

// From the start page to the receipt with the keys that every keyboard has.
async function byKeyboard(browser, viewport) {
  const page = await open(browser, { javaScriptEnabled: false, viewport });
  const tabTo = async (selector) => {
    for (let i = 0; i < 60 && (await page.locator(`${selector}:focus`).count()) === 0; i++) await page.keyboard.press("Tab");
    return page.locator(`${selector}:focus`).count();
  };
  await page.goto(base + "/");
  ok((await tabTo('main a[href="/wniosek/informacja"]')) === 1, "the first task is reached by Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/wniosek/informacja");
  await tabTo("#content");
  await page.keyboard.type("Umowy na odśnieżanie");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  ok(await page.locator("#way-here").isChecked(), "a way of answer is chosen by Space");
  ok((await tabTo("button.main")) === 1, "the button is reached by Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/potwierdzenie/**");
  ok((await said(page)).includes("Wniosek jest złożony"), `filed by keyboard, without a script, ${viewport.width} pixels wide`);
  await tabTo('main a[href^="/s/"]');
  await page.keyboard.press("Enter");
  await page.waitForURL((u) => /\/s\/[0-9a-z]{32}$/.test(u.pathname));
  ok((await said(page)).includes("Urząd odpowie najpóźniej"), "and followed");
  await page.context().close();
}

// With the number and the code of the receipt: a slip first, whose summary has the focus and leads into the field.
async function followedByKeyboard(browser) {
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(base + "/wniosek/informacja");
  await send(page, { content: "Umowy", "way-here": true });
  const number = /\d{4}-\d{6}/.exec(await said(page))[0], code = await page.locator(".code").innerText();
  await page.goto(base + "/sprawa");
  await page.focus("#numer");
  await page.keyboard.type(number);
  await page.keyboard.press("Tab");
  await page.keyboard.type("zła");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#summary");
  await page.keyboard.press("Tab");
  ok(await page.locator("#summary a:focus").count() === 1, "the first Tab after a slip is at its link");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#numer:focus");
  ok((await page.inputValue("#numer")) === number, "which leads into the field, and it is filled");
  await page.fill("#kod", code);
  await page.press("#kod", "Enter");
  await page.waitForURL((u) => /\/s\/[0-9a-z]{32}$/.test(u.pathname));
  const first = await page.locator("main :is(h1, h2, .status)").evaluateAll((all) => all.slice(0, 2).map((e) => e.className || e.tagName));
  ok(first[0] === "H1" && first[1].includes("status"), "where the case stands comes right after its name", first);
  await page.context().close();
}

// Enter in a field sends the form; it may not press a button that takes a file away.
async function enterKeepsFiles(browser) {
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(base + "/wniosek/informacja");
  await page.setInputFiles("#files", scan);
  await send(page);
  await page.focus("#name");
  await page.keyboard.type("Jan");
  await Promise.all([page.waitForEvent("domcontentloaded"), page.keyboard.press("Enter")]);
  ok((await said(page)).includes("skan_umowy_najmu_lokalu_uzytkowego_przy_ul_Polnej_3_w_Brzozowie.pdf") && (await page.title()).startsWith("Błąd:"), "Enter sends the form and keeps its file",
    await said(page));
  await page.click("text=Usuń");
  ok(!(await said(page)).includes("skan_umowy_najmu_lokalu_uzytkowego_przy_ul_Polnej_3_w_Brzozowie.pdf") && (await page.inputValue("#name")) === "Jan", "the button takes it away and keeps the text",
    await said(page));
  await page.context().close();
}

async function letters(browser, brief) {
  const page = await open(browser, {});
  await publicInformation(page);
  if (!brief) {
    await aCase(page);
    await questionByQuestion(page, "");
    await questionByQuestion(page, "/en");
    await otherLetters(page);
    await states(page);
  }
  await page.context().close();
  if (!brief) await byKeyboard(browser, WIDE);
  if (!brief) await followedByKeyboard(browser);
  await byKeyboard(browser, NARROW);
  await enterKeepsFiles(browser);
  await verify(browser);
  fs.rmSync(folder, { recursive: true });
}

module.exports = { letters };
