/**
 * Pages of the running system as people see them. `BASE_PORT` is the gateway's (8000 when `make up` started it), `EVOLUTION_PORT` the simulated
 * phones' (8080). What no page can bring about is told the database (`OWNER_DATABASE_URL`, in `faturas.ts`) or the queue (`QUEUE_URL`, in
 * `console-saude.test.ts`), by default those of `make up`.
 *
 * ```ts
 * const page = await open("prosaude", "/app/agenda", { login: "tania@prosaude.com", width: 390 });
 * ```
 * A fault in a page (an exception, something the policy forbids, an error in the console) fails the test that opened it.
 */
import axe from "axe-core";
import { type Browser, type BrowserContext, type Page, chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import { EVOLUTION, PORT, address, comeIn } from "../scripts/people.mjs";

export { EVOLUTION, PORT, address, expect };
export const DESKTOP = 1440;
export const PHONE = 390;

export interface Options {
  /** Who is logged in; nobody when missing. */
  login?: string;
  /** Whether the login of an earlier page does too: one person has only so many in a quarter of an hour. */
  again?: boolean;
  width?: number;
  theme?: "light" | "dark";
  /** Where this computer believes to be; at the clinic when missing. */
  timezone?: string;
  /** Answers of the API that the journey provokes: the browser logs them as errors. */
  expects?: number[];
  /** Whether the app may keep itself at hand, as it does for people; else every test would see the last one's files. */
  worker?: boolean;
}

let browser: Browser;
let contexts: BrowserContext[] = [];
let faults: string[] = [];
/** What the browser kept of a login that is used again, by who it is. */
const logins = new Map<string, Awaited<ReturnType<BrowserContext["storageState"]>>>();

beforeAll(async () => {
  browser = await chromium.connect(inject("browser"));
});
afterEach(async () => {
  const found = faults;
  for (const context of contexts) await context.close();
  contexts = [];
  faults = [];
  expect(found, "faults the pages had").toEqual([]);
});
afterAll(() => browser.close());

/** A page at an address of `host`, with cookies of its own. */
export async function open(host: string, path: string, options: Options = {}): Promise<Page> {
  const { width = DESKTOP, theme = "light", timezone = "America/Sao_Paulo", expects = [], worker = false, login, again = false } = options;
  const who = `${login}@${host}`;
  const known = again ? logins.get(who) : undefined;
  const context = await browser.newContext({
    ...(known ? { storageState: known } : {}),
    viewport: { width, height: width > 700 ? 900 : 844 },
    hasTouch: width <= 700,
    colorScheme: theme,
    locale: "pt-BR",
    timezoneId: timezone,
    serviceWorkers: worker ? "allow" : "block",
    acceptDownloads: true,
  });
  contexts.push(context);
  context.setDefaultTimeout(15_000);
  if (login && !known) await enter(context, host, login);
  if (login && again && !known) logins.set(who, await context.storageState());
  const page = await context.newPage();
  watch(page, expects);
  // A page may send its visitor on at once; what counts is that it was reached.
  await page.goto(address(host, path), { waitUntil: "commit" });
  return page;
}

async function enter(context: BrowserContext, host: string, email: string): Promise<void> {
  const page = await context.newPage();
  await comeIn(page, host, email);
  await page.close();
}

function watch(page: Page, expects: number[]): void {
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    const status = Number(/status of (\d+)/.exec(message.text())?.[1] ?? 0);
    if (!expects.includes(status)) faults.push(`${message.text()} ${message.location().url}`);
  });
}

/** What axe finds wrong for people who see, hear or move differently (WCAG 2.2 A and AA), by all its rules or by these; empty is right. */
export async function violations(page: Page, rules?: string[]): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async (values) => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const runOnly = values ? { type: "rule" as const, values } : tags;
    const { violations: all } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, { runOnly });
    return all.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).slice(0, 3).join(", ")}`);
  }, rules);
}

/** Whether the page is wider than its window: nobody scrolls sideways on a phone. */
export const overflows = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);

/** What the API answers to the page's person. */
export async function asks(page: Page, method: string, path: string, data?: unknown): Promise<{ status: number; text: string }> {
  return page.evaluate(
    async ([method, path, body]) => {
      const headers = { accept: "application/json", ...(body ? { "content-type": "application/json" } : {}) };
      const answer = await fetch(path!, { method: method!, headers, ...(body ? { body } : {}) });
      return { status: answer.status, text: await answer.text() };
    },
    [method, path, data === undefined ? "" : JSON.stringify(data)],
  );
}

/** The same, when it is no refusal. */
export async function call<T>(page: Page, method: string, path: string, data?: unknown): Promise<T> {
  const { status, text } = await asks(page, method, path, data);
  expect(status < 300, `${method} ${path}: ${status} ${text}`).toBe(true);
  return (text ? JSON.parse(text) : undefined) as T;
}

/** A name nobody else has in this run. */
export const unique = (name: string) => `${name} ${Math.random().toString(36).slice(2, 8)}`;
