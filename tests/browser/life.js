// One request lived to its end before a person's eyes: filed in Chromium with a real document, extended and answered by the
// office with the tool, read and fetched by the citizen, closed, and still there. Every page on the way is looked at.
"use strict";
const fs = require("fs");
const path = require("path");
const { execFileSync } = require("child_process");
const { base, ok, state, WIDE } = require("./look.js");

const documents = path.join(__dirname, "..", "..", "conf", "demo");
const sent = path.join(documents, "zary-zarzadzenie-informacja-publiczna.txt"), given = path.join(documents, "siemiatycze-karty-uslug.txt");

const office = (...words) => JSON.parse(execFileSync(process.env.AKTA, ["-d", process.env.OFFICE, "--json", "request", ...words],
  { encoding: "utf8" }).trim().split("\n").pop());
const said = (page) => page.locator("main").innerText().then((t) => t.replaceAll("\u00a0", " "));

async function look(page, name, ...wants) {
  const text = await said(page);
  ok(wants.every((w) => text.includes(w)), `life: ${name}: ${wants.join(", ")}`, text);
  await state(page, `life-${name}`);
}

async function fetched(page, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`text=${name}`)]);
  return fs.readFileSync(await download.path());
}

async function life(browser) {
  const page = await (await browser.newContext({ bypassCSP: true, viewport: WIDE, acceptDownloads: true })).newPage();
  await page.goto(base + "/wniosek/informacja");
  await page.fill("#content", "Proszę o karty usług, o których mówi załączone zarządzenie.");
  await page.check("#way-here");
  await page.setInputFiles("#files", sent);
  await page.click("button.main");
  await look(page, "receipt", "Wniosek jest złożony", path.basename(sent));
  const number = /\d{4}-\d{6}/.exec(await said(page))[0];
  await page.click("text=Śledź sprawę");
  const address = page.url();
  await look(page, "filed", "Urząd odpowie najpóźniej");
  office("assign", number, "--unit", "WA");
  office("extend", number, "--until", office("show", number).longest, "--reason", "Zbieramy karty z dwóch wydziałów.");
  await page.goto(address);
  await look(page, "extended", "Przedłużono do", "Zbieramy karty z dwóch wydziałów.");
  office("answer", number, given, "--text", "Karty są w załączniku.");
  await page.goto(address);
  await look(page, "answered", "Odpowiedź gotowa", "Karty są w załączniku.");
  ok((await fetched(page, path.basename(given))).equals(fs.readFileSync(given)), "life: the answer is fetched, byte for byte");
  ok((await fetched(page, path.basename(sent))).equals(fs.readFileSync(sent)), "life: and what was sent");
  ok(office("close", number).state === "closed", "life: closed into the archive");
  await page.goto(address);
  await look(page, "closed", "Zakończona", "Karty są w załączniku.");
  await page.context().close();
}

module.exports = { life };
