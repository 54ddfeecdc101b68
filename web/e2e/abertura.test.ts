/** How a visit begins: what it needs is asked for before the page's code is there, and nothing is asked for twice. */
import type { Page } from "playwright-core";
import { describe, test } from "vitest";
import { settled, workday } from "../scripts/pages.mjs";
import { DESKTOP, PHONE, call, expect, open } from "./harness";

const MANAGER = "tania@prosaude.com";

describe.each([DESKTOP, PHONE])("at %i px", (width) => {
  test("who was here before waits for no question in turn", async () => {
    const page = await open("prosaude", "/app/agenda", { login: MANAGER, width });
    await settled(page);
    await page.goto(page.url().replace(/\?.*|$/, `?dia=${workday()}`));
    await settled(page);
    const paths = await page.evaluate(() => {
      const entries = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
      return entries
        .filter(({ name }) => new URL(name).pathname.startsWith("/api/"))
        .map(({ name }) => name.split("/api/")[1]!);
    });
    const of = (path: string) => path.split("?")[0]!;
    const [first, ...later] = paths;
    expect(first).toBe(`abertura?dia=${workday()}`);
    const told = ["abertura", "auth/me", "clinica", "publico/clinica", "medicos", "servicos", "convenios", "agendamentos", "bloqueios", "expedientes", "feriados"];
    expect(later.filter((path) => told.includes(of(path))), "asked again").toEqual([]);
  });

  test("who is not logged in asks for nothing, and is led to the login", async () => {
    const page = await open("prosaude", "/app/agenda", { width, expects: [401] });
    // It is led on while the first page is still on its way.
    await page.getByRole("button", { name: "Entrar" }).waitFor();
    expect(page.url()).toMatch(/login\.html/);
  });
});

/** Keeps in mind, from the next page on, each formatter of dates the browser makes: the first reads its tables of zones, which takes a phone longer than to draw the list. */
async function watchClocks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const made: string[] = ((globalThis as unknown as { made: string[] }).made = []);
    const noted = <T extends object>(of: T, what: string): T => {
      const note = (args: unknown[]) => made.push(`${what}(${JSON.stringify(args)}) ${new Error().stack}`);
      return new Proxy(of, {
        construct: (target, args, as) => (note(args), Reflect.construct(target as never, args, as)),
        apply: (target, self, args) => (note(args), Reflect.apply(target as never, self, args)),
      });
    };
    Intl.DateTimeFormat = noted(Intl.DateTimeFormat, "DateTimeFormat");
    for (const name of ["toLocaleString", "toLocaleDateString", "toLocaleTimeString"] as const) Date.prototype[name] = noted(Date.prototype[name], name) as never;
  });
}
const made = (page: Page) => page.evaluate(() => (globalThis as unknown as { made: string[] }).made);

test.each([
  ["the list of a phone", PHONE, ""],
  ["a day's columns", DESKTOP, ""],
  ["a week", DESKTOP, "?ver=semana"],
  ["a month", DESKTOP, "?ver=mes"],
])("%s is drawn without the browser's tables of zones", async (_, width, query) => {
  const page = await open("prosaude", "/app/agenda", { login: MANAGER, again: true, width });
  await settled(page);
  await watchClocks(page);
  const agenda = page.url().split("?")[0]!;
  await page.goto(`${agenda}${query}`);
  await settled(page);
  expect(await made(page), "by who was here before").toEqual([]);
  await page.evaluate(() => localStorage.removeItem("horario.relogio"));
  await page.goto(`${agenda}${query}`);
  await settled(page);
  expect(await made(page), "by who comes first").toEqual([]);
  // What is counted is counted.
  await page.evaluate(() => new Date().toLocaleDateString("pt-BR", { timeZone: "America/Sao_Paulo" }));
  expect(await made(page)).toHaveLength(1);
});

test("an open agenda asks one question while nothing changes, and shows what others block all the same", async () => {
  const day = workday();
  const page = await open("prosaude", `/app/agenda?ver=lista&dia=${day}`, { login: MANAGER });
  await settled(page);
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (/\/(agendamentos|bloqueios)$/.test(pathname)) asked.push(pathname.split("/").at(-1)!);
  });
  // The blocks are asked for once more, beside the visits that tell nothing new; from then on only these.
  await expect.poll(() => asked.slice(asked.lastIndexOf("bloqueios") + 1).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
  const { medicos } = await call<{ medicos: { id: number }[] }>(page, "GET", "/api/medicos");
  const motivo = `Obras ${Date.now()}`;
  const block = { medico_id: medicos[0]!.id, inicio: `${day}T21:00`, fim: `${day}T21:30`, tipo: "reuniao", motivo };
  const { bloqueio } = await call<{ bloqueio: { id: number } }>(page, "POST", "/api/bloqueios", block);
  await page.getByText(motivo).first().waitFor({ timeout: 30_000 });
  await call(page, "DELETE", `/api/bloqueios/${bloqueio.id}`);
});
