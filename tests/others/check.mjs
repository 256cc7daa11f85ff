// What the office gave out, in the eyes of libraries of npm: the description of the API (openapi-schema-validator) and the
// answers that it announces (ajv, JSON Schema 2020-12), the catalogue (N3.js and SHACL), calendars (ical.js), tables
// (Papa Parse) and mails (postal-mime). Each is also shown something spoilt and must find it.
//
//     node check.mjs FOLDER SHAPES     of office.py; dcat-ap.shapes.ttl
import fs from "node:fs";
import path from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv/dist/2020.js";
import formats from "ajv-formats";
import ICAL from "ical.js";
import * as N3 from "n3";
import Papa from "papaparse";
import PostalMime from "postal-mime";
import SHACL from "rdf-validate-shacl";

const [given, shapes] = process.argv.slice(2);
const bytes = (name) => fs.readFileSync(path.join(given, name));
const text = (name) => bytes(name).toString("utf8");
const named = (folder, end) => fs.readdirSync(path.join(given, folder)).filter((n) => n.endsWith(end)).sort().map((n) => path.join(folder, n));

let count = 0, failed = 0;
function ok(good, name, seen) {
    count++;
    failed += good ? 0 : 1;
    console.log(`${good ? "ok" : "not ok"} ${count} - ${name}`);
    if (!good) console.log("# seen: " + JSON.stringify(seen)?.slice(0, 1500));
}
const none = (faults, name) => ok(faults.length === 0, name, faults);
const found = (faults, name) => ok(faults.length > 0, "planted: " + name);
const copy = (value) => JSON.parse(JSON.stringify(value));

// ---------------------------------------------------------------- the API

async function openapiFaults(spec) {
    const said = await new Validator().validate(copy(spec));
    return said.valid ? [] : [said.errors].flat();
}

/* Compiled by ajv in its strict mode: an unknown keyword or format is an error, too. */
function judge(spec) {
    const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false, allErrors: true, keywords: ["components", "example"] });
    formats(ajv);
    ajv.addSchema({ $id: "http://desk.example/openapi.json", components: spec.components });
    const whole = (schema) => JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"http://desk.example/openapi.json#/components/'));
    return (schema, value) => {
        const check = ajv.compile(whole(schema));
        return check(value) ? [] : check.errors.map((e) => `${e.instancePath} ${e.message}`);
    };
}

const answerOf = (spec, id, status) =>
    Object.values(spec.paths).flatMap((p) => Object.values(p)).find((o) => o.operationId === id).responses[status];

async function api() {
    const spec = JSON.parse(text("openapi.json"));
    none(await openapiFaults(spec), "openapi-schema-validator takes openapi.json");
    const faults = judge(spec);
    for (const [name, schema] of Object.entries(spec.components.schemas)) {
        const own = (schema.examples ?? []).flatMap((e) => faults({ $ref: "#/components/schemas/" + name }, e));
        none(own, `ajv: the schema ${name} and its examples`);
    }
    for (const [where, operations] of Object.entries(spec.paths))
        for (const [method, o] of Object.entries(operations)) {
            for (const [kind, c] of Object.entries(o.requestBody?.content ?? {}))
                if (c.example && kind === "application/json") none(faults(c.schema, c.example), `ajv: the example of ${method} ${where}`);
            none((o.parameters ?? []).filter((p) => p.example !== undefined).flatMap((p) => faults(p.schema, p.example)), `ajv: the parameters of ${method} ${where}`);
        }
    const answers = JSON.parse(text("answers.json"));
    ok(answers.length > 30, "answers of the running server", answers.length);
    for (const a of answers) {
        const content = answerOf(spec, a.operation, a.status)?.content?.[a.type.split(";")[0]];
        if (!content) ok(false, `${a.operation} answers as announced`, a);
        else if (a.type.includes("json")) none(faults(content.schema, JSON.parse(text(a.file))), `ajv: ${a.operation} answers ${a.status} as announced`);
    }
    await apiSpoilt(spec, faults, answers);
}

async function apiSpoilt(spec, faults, answers) {
    const spoil = async (name, change) => {
        const other = copy(spec);
        change(other);
        found(await openapiFaults(other), `openapi-schema-validator finds ${name}`);
    };
    await spoil("an answer without a description", (s) => delete s.paths["/api/v1/services"].get.responses[200].description);
    await spoil("a parameter at no place", (s) => (s.paths["/api/v1/services/{slug}"].get.parameters.find((p) => p.in).in = "nowhere"));
    await spoil("another version", (s) => (s.openapi = "3.7"));
    await spoil("a file without a title", (s) => delete s.info.title);
    const list = JSON.parse(text(answers.find((a) => a.operation === "listRequests").file));
    const schema = answerOf(spec, "listRequests", 200).content["application/json"].schema;
    const first = Object.keys(list).find((k) => Array.isArray(list[k]));
    found(faults(schema, { ...list, [first]: [{ ...list[first][0], number: 7 }] }), "ajv finds a number that is no text");
    found(faults(schema, { ...list, [first]: [{ ...list[first][0], received: "2026-13-01" }] }), "ajv finds a day that is none");
    found(faults(schema, {}), "ajv finds an answer that lacks everything");
}

// ---------------------------------------------------------------- the catalogue

const quads = (turtle) => new N3.Parser({ baseIRI: "http://desk.example/dcat.ttl", format: "text/turtle" }).parse(turtle);

async function catalogueFaults(turtle, rules) {
    const store = new N3.Store(quads(turtle));
    // a subclass counts as its class: vcard names Organization a Kind
    for (const q of store.getQuads(null, null, N3.DataFactory.namedNode("http://www.w3.org/2006/vcard/ns#Organization")))
        store.addQuad(q.subject, q.predicate, N3.DataFactory.namedNode("http://www.w3.org/2006/vcard/ns#Kind"));
    const report = await new SHACL(new N3.Store(rules)).validate(store);
    return report.results.map((r) => `${r.focusNode?.value} ${r.path?.value}: ${r.message.map((m) => m.value).join(" ")}`);
}

async function catalogue() {
    const turtle = text("dcat.ttl"), rules = quads(fs.readFileSync(shapes, "utf8"));
    ok(quads(turtle).length > 100, "N3.js reads the catalogue", quads(turtle).length);
    none(await catalogueFaults(turtle, rules), "SHACL: the catalogue has what DCAT-AP demands");
    const own = quads(turtle).map((q) => q.object.value).filter((v) => v.startsWith("http://desk.example/") && !v.includes("#"));
    ok(["requests", "answers", "statistics", "services", "registers"].every((n) => own.includes(`http://desk.example/api/v1/${n}.csv`)),
        "it names the table of each data set", own);
    const spoilt = { "a data set without a title": turtle.replaceAll(/ {4}dct:title "Karty.*\n/g, ""), "a distribution without an address": turtle.replace(/ {4}dcat:accessURL .*\n/, ""),
        "a publisher that is no agent": turtle.replace("<#office> a foaf:Agent ;", "<#office>"), "a licence that is a text": turtle.replace("dct:license <#terms>", 'dct:license "mine"') };
    for (const [name, bad] of Object.entries(spoilt)) found(bad === turtle ? [] : await catalogueFaults(bad, rules), `SHACL finds ${name}`);
    for (const [name, bad] of [["an open text", turtle.replace('"@pl', "@pl")], ["an unknown prefix", turtle.replace("dct:title", "dtc:title")]]) {
        let fault = "";
        try { quads(bad); } catch (e) { fault = e.message; }
        ok(fault !== "", `planted: N3.js finds ${name}`);
    }
}

// ---------------------------------------------------------------- calendars, tables, mails

function calendarFaults(raw) {
    ICAL.design.strict = true;
    try {
        const c = new ICAL.Component(ICAL.parse(raw));
        if (c.name !== "vcalendar") return ["no calendar"];
        const events = c.getAllSubcomponents("vevent").map((v) => new ICAL.Event(v));
        const wrong = events.filter((e) => !e.uid || !e.summary || !e.startDate?.isDate || e.endDate.compare(e.startDate) !== 1 || ICAL.Time.fromString(e.startDate.toString()).toString() !== e.startDate.toString());
        return [...wrong.map((e) => "an event: " + e.toString()), ...(c.getAllSubcomponents().length ? [] : ["no component"])];
    } catch (e) {
        return [e.message];
    }
}

function calendars() {
    const files = named("feeds", ".ics");
    ok(files.length > 10, "calendars", files);
    for (const f of files) none(calendarFaults(text(f)), `ical.js: ${path.basename(f)}`);
    const raw = text("feeds/waiting-terms-pl.ics");
    for (const [name, bad] of [["a component that is left open", raw.replace("END:VEVENT\r\n", "")], ["no UID", raw.replace(/UID:.*\r\n/, "")],
        ["a line without a value", raw.replace("SEQUENCE:", "SEQUENCE")], ["a month that is none", raw.replace(/(DTSTART;VALUE=DATE:\d{4})\d\d/, "$119")]])
        found(bad === raw ? [] : calendarFaults(bad), `ical.js finds ${name}`);
}

function tableFaults(raw) {
    const read = Papa.parse(raw, { header: true, skipEmptyLines: false, newline: "\r\n", delimiter: "," });
    const last = read.data.at(-1); // what stands behind the last line end
    const errors = read.errors.filter((e) => !(e.code === "TooFewFields" && e.row === read.data.length - 1 && Object.keys(last).length === 1));
    return [...errors.map((e) => `${e.row}: ${e.message}`), ...(raw.endsWith("\r\n") ? [] : ["no last line end"])];
}

/* The table of a list has the rows of the list. */
function tables() {
    const answers = JSON.parse(text("answers.json"));
    for (const a of answers.filter((x) => x.type.startsWith("text/csv"))) {
        const raw = text(a.file);
        none(tableFaults(raw), `Papa Parse: ${a.operation}`);
        const list = answers.find((x) => x.file === a.file.replace("tables/", "api/").replace(/\.csv$/, ""));
        const value = list && JSON.parse(text(list.file));
        const rows = value && Object.values(value).find(Array.isArray);
        if (rows && !/statistics/.test(a.file)) {
            const read = Papa.parse(raw, { header: true, skipEmptyLines: true }).data;
            ok(read.length === rows.length, `${a.operation} has the rows of ${list.operation}`, [read.length, rows.length]);
        }
    }
    const raw = text(answers.find((x) => x.operation === "listRequestsCsv").file);
    found(tableFaults(raw.trimEnd() + ',"x\r\n'), "Papa Parse finds a quote that is left open");
    found(tableFaults(raw + "a,b\r\n"), "Papa Parse finds a short row");
}

async function mailFaults(raw) {
    const m = await PostalMime.parse(raw), faults = [];
    if (!m.from?.address?.includes("@") || m.to?.length !== 1 || !m.to[0].address.includes("@")) faults.push("whom it is from or for");
    if (!/^<[^<>\s]+@[^<>\s]+>$/.test(m.messageId ?? "")) faults.push("its name");
    if (m.inReplyTo && !(m.references ?? "").includes(m.inReplyTo)) faults.push("its thread");
    if (!m.subject || /[\ufffd]|=\?/.test(m.subject) || !/\d{4}-\d{6}/.test(m.subject)) faults.push("its subject: " + m.subject);
    if (!m.text || /\ufffd/.test(m.text) || m.html || m.attachments.length) faults.push("its text");
    if (Number.isNaN(Date.parse(m.date))) faults.push("its date: " + m.date);
    return faults;
}

async function mails() {
    const files = named("mails/cur", "");
    for (const f of files) none(await mailFaults(bytes(f)), `postal-mime: mail ${path.basename(f).slice(0, 3)}`);
    const raw = bytes(files[1]).toString("latin1");
    for (const [name, bad] of [["a thread that is torn", raw.replace(/References: .*\r\n/i, "")], ["bytes that are no UTF-8", raw.replace("quoted-printable", "8bit").replace(/\r\n\r\n/, "\r\n\r\n\xff")],
        ["no recipient", raw.replace(/\r\nTo: .*/i, "")]])
        found(bad === raw ? [] : await mailFaults(Buffer.from(bad, "latin1")), `postal-mime finds ${name}`);
}

for (const test of [api, catalogue, calendars, tables, mails]) {
    try {
        await test();
    } catch (e) {
        ok(false, `${test.name} ran to its end`, e.stack);
    }
}
console.log(`1..${count}`);
process.exit(failed ? 1 : 0);
