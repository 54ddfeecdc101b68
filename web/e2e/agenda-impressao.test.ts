/** What comes out of the printer: the list of each day that is shown, whole, and nothing else. */
import { test } from "vitest";
import { addDays, weekStart } from "../src/lib/dates";
import { free } from "./agenda";
import { DESKTOP, PHONE, call, expect, open, unique } from "./harness";

const SECRETARIA = "secretaria@prosaude.com";

test.each([DESKTOP, PHONE])("a whole week is on the sheet, with phones and without what is only for the screen, %i px", async (screen) => {
  const page = await open("prosaude", "/app/agenda?ver=semana", { login: SECRETARIA, again: true, width: screen });
  const { medico, day, times } = await free(page, 8);
  const monday = addDays(weekStart(day), 1);
  // The first and the last working day, early and late: nothing is cut off.
  const made: string[] = [];
  for (const [on, hora] of [[day, times[0]!], [day, times[7]!], [monday, "12:00"], [addDays(monday, 4), "19:30"]] as const) {
    const body = { medico_id: medico.id, data: on, hora, duracao: 30, encaixe: true, paciente_nome: unique("Impressa"), paciente_telefone: "11 98765-4321" };
    made.push((await call<{ paciente_nome: string }>(page, "POST", "/api/agendamentos", body)).paciente_nome);
  }
  await page.goto(page.url().split("?")[0] + `?ver=semana&dia=${day}&profissionais=${medico.id}`);
  await page.locator(".ec-event", { hasText: made[0]! }).waitFor();
  await page.emulateMedia({ media: "print" });
  const sheet = page.locator(".impressao");
  await sheet.getByRole("heading", { level: 2 }).or(sheet.locator("h2")).first().waitFor();
  for (const nome of made) expect(await sheet.getByText(nome).isVisible(), nome).toBe(true);
  expect(await sheet.locator("h3").count()).toBe(7);
  expect(await sheet.getByText("(11) 98765-4321").count()).toBeGreaterThanOrEqual(made.length);
  expect(await page.getByRole("navigation").count()).toBe(0);
  expect(await page.locator(".ec").isVisible()).toBe(false);
  // Everything fits on the width of a sheet, and more than a page goes on to the next.
  const pdf = await page.pdf({ format: "A4" });
  expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  const { width, wide, cut } = await sheet.evaluate((part) => ({
    width: innerWidth,
    wide: part.scrollWidth,
    cut: [document.documentElement, document.body, ...document.querySelectorAll("main, .agenda, .impressao, .impressao .lista")].filter(
      (one) => one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY !== "visible",
    ).length,
  }));
  expect(wide).toBeLessThanOrEqual(width);
  expect(cut, "parts that scroll instead of going on").toBe(0);
});
