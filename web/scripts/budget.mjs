// Fails when the agenda has grown heavier than a phone at a front desk should wait for: all the script its first load brings, in brotli as it is
// sent. And when it comes in more than one file. `npm run budget` after `npm run build`; the figures stand in web/README.md.
import { existsSync, readFileSync, statSync } from "node:fs";

const DIST = new URL("../dist/", import.meta.url).pathname;
const BUDGET = 80_000;
/** What a phone's list waits for: a new connection carries ten packets at first and twice as many next, and a third time would be a way more, there and back. */
const TWO_WAYS = 43_000;
/** What the page loads by itself; the calendar comes after it, which a phone's list does without. */
const SHELL = "app.html";

if (!existsSync(`${DIST}${SHELL}`)) fail("There is no build to weigh: `npm run build` makes it.");
const shell = readFileSync(`${DIST}${SHELL}`, "utf8");
const wanted = [...shell.matchAll(/<script type="module" [^>]*src="\/static\/assets\/([^"]+\.js)"/g)].map(([, name]) => name);
if (wanted.length === 0) fail(`${SHELL} loads no script: is it built differently now?`);
if (!shell.includes("<script>{")) fail(`${SHELL} asks nothing at once: is it built differently now?`);
const calendar = wanted.flatMap((name) => [...script(name).matchAll(/import\(`\.\/(Grid-[^`]+\.js)`\)/g)].map(([, grid]) => grid));
if (calendar.length !== 1) fail("Nothing loads the calendar: is it built differently now?");

const loaded = new Set();
const follow = (names) => {
  for (const waiting = [...names]; waiting.length > 0; ) {
    const name = waiting.pop();
    if (loaded.has(name)) continue;
    loaded.add(name);
    for (const [, imported] of script(name).matchAll(/(?:\bfrom|\bimport) ?["'`]\.\/([^"'`]+\.js)["'`]/g)) waiting.push(imported);
  }
  return [...loaded].reduce((sum, one) => sum + sent(`${DIST}assets/${one}`), 0);
};
const list = follow(wanted);
const files = loaded.size;
const weight = follow(calendar);
const kB = (bytes) => (bytes / 1000).toFixed(1);
const told = `${kB(list)} kB of script in ${files} ${files === 1 ? "file" : "files"} before a phone's list is there, ${kB(weight)} kB before the calendar is; the budget is ${BUDGET / 1000} kB`;
if (files > 1) fail(`More than one file is waited for: ${told}. Is atFirst in vite.config.ts right?`);
if (list > TWO_WAYS) fail(`More than a connection carries in two ways (${kB(TWO_WAYS)} kB): ${told}.`);
if (weight > BUDGET) fail(`Too heavy: ${told}.`);
console.log(`${told}.`);

function script(name) {
  return readFileSync(`${DIST}assets/${name}`, "utf8");
}

/** As many bytes as travel: the brotli twin's, or the file's where a twin saves nothing. */
function sent(path) {
  return statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size;
}

function fail(why) {
  console.error(why);
  process.exit(1);
}
