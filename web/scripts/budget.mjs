// Fails when the agenda has grown heavier than a phone at a front desk should wait for: all the script its first load brings, in brotli as it is
// sent. `npm run budget` after `npm run build`; the same figure stands in README.md.
import { existsSync, readFileSync, statSync } from "node:fs";

const DIST = new URL("../dist/", import.meta.url).pathname;
const BUDGET = 170_000;
/** What the page loads by itself, and what is loaded then, one by the other: the page, and the calendar in it, which a phone's list does without. */
const SHELL = "app.html";
const PAGES = ["Agenda", "Grid"];

if (!existsSync(`${DIST}${SHELL}`)) fail("There is no build to weigh: `npm run build` makes it.");
const shell = readFileSync(`${DIST}${SHELL}`, "utf8");
const entry = /<script type="module" crossorigin src="\/static\/assets\/([^"]+\.js)"/.exec(shell)?.[1];
if (!entry) fail(`${SHELL} loads no script: is it built differently now?`);
const wanted = [entry];
const atOnce = /<script type="module" async src="\/static\/assets\/([^"]+\.js)"/.exec(shell)?.[1];
if (!atOnce) fail(`${SHELL} asks nothing at once: is it built differently now?`);
for (const name of PAGES) {
  const page = new RegExp(`import\\(\`\\./(${name}-[^\`]+\\.js)\`\\)`).exec(script(wanted.at(-1)))?.[1];
  if (!page) fail(`${wanted.at(-1)} loads no ${name}: is it built differently now?`);
  wanted.push(page);
}

const loaded = new Set();
for (const waiting = [atOnce, ...wanted]; waiting.length > 0; ) {
  const name = waiting.pop();
  if (loaded.has(name)) continue;
  loaded.add(name);
  for (const [, imported] of script(name).matchAll(/(?:\bfrom|\bimport) ?["'`]\.\/([^"'`]+\.js)["'`]/g)) waiting.push(imported);
}
const weight = [...loaded].reduce((sum, name) => sum + sent(`${DIST}assets/${name}`), 0);
const told = `${(weight / 1000).toFixed(1)} kB of script in ${loaded.size} files before the agenda is there; the budget is ${BUDGET / 1000} kB`;
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
