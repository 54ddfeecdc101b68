/** What is no visit: holidays, blocks and closed days, told beside the visits and never taken for one. */
import { test } from "vitest";
import { addDays, weekday } from "../src/lib/dates";
import { free } from "./agenda";
import { DESKTOP, PHONE, call, expect, open, overflows, unique, violations } from "./harness";

const MANAGER = "tania@prosaude.com";

test.each([DESKTOP, PHONE])("a week and a month tell holidays, blocks and closed days apart from visits, %i px", async (width) => {
  const page = await open("prosaude", "/app/agenda?ver=semana", { login: MANAGER, again: true, width });
  const { medico, day } = await free(page, 8);
  const [away, meeting] = [unique("Congresso"), unique("Equipe")];
  const made = await Promise.all([
    call<{ bloqueio: { id: number } }>(page, "POST", "/api/bloqueios", { inicio: `${day}T00:00`, fim: `${addDays(day, 1)}T00:00`, medico_id: medico.id, tipo: "ferias", motivo: away }),
    call<{ bloqueio: { id: number } }>(page, "POST", "/api/bloqueios", { inicio: `${addDays(day, 7)}T17:00`, fim: `${addDays(day, 7)}T18:00`, medico_id: medico.id, tipo: "reuniao", motivo: meeting }),
  ]);
  const address = (view: string, on = day) => page.url().split("?")[0] + `?ver=${view}&dia=${on}&profissionais=${medico.id}`;
  const mark = (words: string) => page.locator(".ec-event.marca", { hasText: words });
  // A phone's month has no room for names: they stand under it.
  const told = (words: string) => (width === PHONE ? page.getByRole("listitem").filter({ hasText: words }) : mark(words));

  await page.goto(address("semana"));
  await mark(away).waitFor();
  expect(await page.locator(".ec-event.consulta", { hasText: away }).count()).toBe(0);
  await mark("Não atende").first().waitFor();
  await mark(away).click();
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  await page.goto(address("dia"));
  await mark(away).waitFor();
  // Where the hours are drawn, a part of a day is among them.
  await page.goto(address("dia", addDays(day, 7)));
  await page.locator(".ec-bg-event.bloqueio", { hasText: meeting }).waitFor({ state: "attached" });
  expect(await mark(meeting).count()).toBe(0);
  await page.goto(address("mes", addDays(day, 7)));
  await told(`17:00–18:00 ${meeting}`).waitFor();

  const natal = `${day.slice(0, 4)}-12-25`;
  await page.goto(address("mes", natal));
  await told("Natal · fechado").waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await overflows(page)).toBe(false);
  // A closed day is opened like any other.
  const sunday = addDays(natal, -weekday(natal));
  await page.locator(`time[datetime="${sunday}"]`).click({ force: true });
  await page.waitForURL(`**dia=${sunday}**`);
  for (const { bloqueio } of made) await call(page, "DELETE", `/api/bloqueios/${bloqueio.id}`);
});
