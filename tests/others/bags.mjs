// The bags of the cases in the eyes of bagit-tools (npm), a validator of BagIt: each is valid as it was given out, and no
// longer once anything in it is changed, lost or added.
//
//     node bags.mjs FOLDER     of office.py: bags/*.zip; unpacked beside them
//
// bagit-tools works for one bag a process only (its tests share one harness), so that each bag gets a process of its own.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import tools from "bagit-tools";

const [given, one] = process.argv.slice(2);
let count = 0, failed = 0;
function ok(good, name, seen) {
    count++;
    failed += good ? 0 : 1;
    console.log(`${good ? "ok" : "not ok"} ${count} - ${name}`);
    if (!good) console.log("# seen: " + JSON.stringify(seen)?.slice(0, 1500));
}

function judge(bag) {
    tools.verify(bag, { version: "1.0", test: true }, (error, valid, results) => {
        const asserts = (results ?? []).filter((r) => r.type === "assert");
        console.log(JSON.stringify({ error: error?.message, valid, asserts: asserts.length, wrong: asserts.filter((r) => !r.ok).map((r) => r.name) }));
    });
}

const judged = (bag) => JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), given, bag], { encoding: "utf8" }).trim().split("\n").pop());

function unpacked(zip) {
    const place = path.join(given, "bags-unpacked", path.basename(zip, ".zip"));
    fs.mkdirSync(place, { recursive: true });
    execFileSync("unzip", ["-q", "-o", path.join(given, "bags", zip), "-d", place]);
    return path.join(place, fs.readdirSync(place)[0]);
}

function spoilt(bag, name, change) {
    const other = `${bag}-spoilt`;
    fs.rmSync(other, { recursive: true, force: true });
    fs.cpSync(bag, other, { recursive: true });
    change(other);
    const said = judged(other);
    ok(said.valid === false && said.wrong.length > 0, `planted: bagit-tools finds ${name}`, said);
}

function all() {
    const bags = fs.readdirSync(path.join(given, "bags")).filter((n) => n.endsWith(".zip")).map(unpacked);
    ok(bags.length > 0, "bags of cases", bags);
    for (const bag of bags) {
        const said = judged(bag);
        ok(said.valid === true && said.asserts >= 7, `bagit-tools: ${path.basename(bag)} is a valid bag`, said);
    }
    const bag = bags[0], timeline = (b) => path.join(b, "data", "timeline.txt");
    spoilt(bag, "a payload file that was changed", (b) => fs.appendFileSync(timeline(b), "."));
    spoilt(bag, "one that is lost", (b) => fs.rmSync(timeline(b)));
    spoilt(bag, "one that was added", (b) => fs.writeFileSync(path.join(b, "data", "x"), "x"));
    spoilt(bag, "a changed tag file", (b) => fs.appendFileSync(path.join(b, "bag-info.txt"), "X: y\n"));
    spoilt(bag, "another version", (b) => fs.writeFileSync(path.join(b, "bagit.txt"), "BagIt-Version: 0.9\nTag-File-Character-Encoding: UTF-8\n"));
    console.log(`1..${count}`);
    process.exit(failed ? 1 : 0);
}

if (one) judge(one);
else all();
