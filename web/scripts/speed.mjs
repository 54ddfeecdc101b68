// How fast the pages are, measured in the system `make up` started: Lighthouse's phone (slow 4G, a processor four times slower) on the pages
// that are opened most, and the frames of a large clinic's full day. `make speed`; nothing else should run meanwhile. What is told of a page is the median of
// some runs, each in a browser just started, with the points of all in brackets: one that has shown the page before knows its code.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { LAUNCH } from "./chromium.mjs";
import { settled, workday } from "./pages.mjs";
import { address, comeIn } from "./people.mjs";

const LIGHTHOUSE = "lighthouse@12.8.2";
const DEBUGGING = 9333;
/** How often each page is measured. */
const RUNS = 3;
/** A front desk's old computer beside the one that measures. */
const SLOWER = 4;
const VISITS = ".ec-event.consulta";

const AUDITED = [
  { name: "entrar", host: "prosaude", path: "/static/login.html" },
  // A phone opens the list; the columns are a desk's, seen on a phone all the same.
  { name: "agenda", host: "prosaude", path: `/app/agenda?dia=${workday()}`, login: "tania@prosaude.com" },
  { name: "agenda, columns", host: "prosaude", path: `/app/agenda?ver=dia&dia=${workday()}`, login: "tania@prosaude.com" },
  { name: "agendar", host: "prosaude", path: "/agendar" },
];
const FULL = { host: "policlinica", path: `/app/agenda?ver=dia&dia=${workday()}`, login: "profissional1@policlinica.com" };

const rows = [];
const profile = mkdtempSync(`${tmpdir()}/horario-speed-`);
let browser = await started();
try {
  for (const page of AUDITED) await audit(page);
  await fullDay();
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
console.table(rows);
const over = rows.filter(({ result }) => result === "over").length;
console.log(`${rows.length - over} ok, ${over} over`);
process.exit(over === 0 ? 0 : 1);

/** Lighthouse sees the cookies of this one: only a profile on disk shares them. */
function started() {
  return chromium.launchPersistentContext(profile, {
    executablePath: LAUNCH.executablePath,
    args: [...LAUNCH.args, `--remote-debugging-port=${DEBUGGING}`],
    viewport: { width: 1440, height: 900 },
    locale: "pt-BR",
    timezoneId: "America/Sao_Paulo",
  });
}

async function audit({ name, host, path, login }) {
  if (login) await enter(host, login);
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) {
    await warm(address(host, path));
    await browser.close();
    browser = await started();
    runs.push(await lighthouse(address(host, path)));
  }
  for (const [category, least] of [["performance", 95], ["accessibility", 100], ["best-practices", 100]]) {
    const points = runs.map(({ categories }) => Math.round(categories[category].score * 100));
    row(`${name}: ${category}`, median(points), least, "≥", `pontos (${points.join(", ")})`);
    const [{ categories, audits }] = runs;
    const failing = categories[category].auditRefs.filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 0.9);
    for (const { id } of failing) console.log(`${name}: ${id}: ${audits[id].title} ${audits[id].displayValue ?? ""}`);
  }
  for (const { audits } of runs) for (const { node, score } of audits["layout-shifts"].details?.items ?? []) console.log(`${name}: ${node?.selector} moved by ${score}`);
  const values = (id, digits) => runs.map(({ audits }) => Number(audits[id].numericValue.toFixed(digits)));
  row(`${name}: interactive`, median(values("interactive", 0)), 1500, "≤", `ms (${values("interactive", 0).join(", ")})`);
  row(`${name}: layout shift`, Math.max(...values("cumulative-layout-shift", 3)), 0, "≤", "");
}

async function lighthouse(url) {
  const args = ["--yes", LIGHTHOUSE, url, `--port=${DEBUGGING}`, "--disable-storage-reset", "--quiet", "--output=json", "--locale=pt"];
  const { stdout } = await promisify(execFile)("npx", [...args, "--only-categories=performance,accessibility,best-practices"], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

/** Thirty agendas with three hundred visits: how long until they are there, and how long a frame is held while they are scrolled and dragged. */
async function fullDay() {
  await enter(FULL.host, FULL.login);
  const page = await browser.newPage();
  const session = await browser.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  const began = performance.now();
  await page.goto(address(FULL.host, FULL.path), { waitUntil: "commit" });
  await page.waitForFunction((visits) => document.querySelectorAll(visits).length >= 300, VISITS);
  row("full day: all visits there", Math.round(performance.now() - began), 3000, "≤", "ms");
  await settled(page);

  const grid = await page.locator(".ec-main, .ec-body").first().boundingBox();
  await page.mouse.move(grid.x + grid.width / 2, grid.y + 300);
  const scrolled = await frames(page, async () => {
    for (let turn = 0; turn < 40; turn += 1) await page.mouse.wheel(turn < 30 ? 160 : -160, turn % 2 ? 120 : -120);
  });
  row("full day: scrolled, 95 of 100 frames", scrolled.most, 50, "≤", "ms");
  row("full day: scrolled, the longest", scrolled.longest, 100, "≤", "ms");

  await page.reload({ waitUntil: "commit" });
  await page.waitForFunction((visits) => document.querySelectorAll(visits).length >= 300, VISITS);
  await settled(page);
  const visit = await page.locator(VISITS).first().boundingBox();
  const [x, y] = [visit.x + 40, visit.y + visit.height / 2];
  const dragged = await frames(page, async () => {
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let step = 1; step <= 40; step += 1) await page.mouse.move(x + step * 8, y + step * 4);
    await page.keyboard.press("Escape");
    await page.mouse.move(x, y);
    await page.mouse.up();
  });
  row("full day: dragged, 95 of 100 frames", dragged.most, 50, "≤", "ms");
  row("full day: dragged, the longest", dragged.longest, 100, "≤", "ms");
  await page.close();
}

/** Milliseconds from frame to frame while something is done. */
async function frames(page, act) {
  await page.evaluate(() => {
    globalThis.taken = [];
    const next = (now) => {
      globalThis.taken.push(now);
      globalThis.asked = requestAnimationFrame(next);
    };
    globalThis.asked = requestAnimationFrame(next);
  });
  await act();
  const taken = await page.evaluate(() => {
    cancelAnimationFrame(globalThis.asked);
    return globalThis.taken;
  });
  const gaps = taken.slice(1).map((at, index) => at - taken[index]).sort((a, b) => a - b);
  return { most: Math.round(gaps[Math.floor(gaps.length * 0.95)]), longest: Math.round(gaps.at(-1)) };
}

function row(what, measured, budget, sign, unit) {
  const good = sign === "≥" ? measured >= budget : measured <= budget;
  rows.push({ what, measured, budget: `${sign} ${budget}`, unit, result: good ? "ok" : "over" });
}

/**
 * A function of `make up` starts when it is first asked; the browser forgets the files again. Lighthouse measures somebody who has been here
 * before, with pages that are new: what the pages remember stays.
 */
async function warm(url) {
  const page = await browser.newPage();
  await page.goto(url);
  await settled(page);
  await page.evaluate(async () => {
    for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
    for (const name of await caches.keys()) await caches.delete(name);
  });
  const session = await browser.newCDPSession(page);
  await session.send("Network.clearBrowserCache");
  await page.close();
}

async function enter(host, email) {
  const page = await browser.newPage();
  await comeIn(page, host, email);
  await page.close();
}
