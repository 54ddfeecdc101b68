/** A full day of a large clinic: thirty professionals, three hundred visits. How fast it is, `make speed` tells. */
import { describe, test } from "vitest";
import { settled, workday } from "../scripts/pages.mjs";
import { addDays } from "../src/lib/dates";
import { DESKTOP, PHONE, call, expect, open, overflows, unique, violations } from "./harness";

const GESTORA = "profissional1@policlinica.com";

describe.each([DESKTOP, PHONE])("at %i px", (width) => {
  test("all three hundred visits are there, and the last can be opened", async () => {
    const page = await open("policlinica", `/app/agenda?ver=dia&dia=${workday()}`, { login: GESTORA, width });
    await settled(page);
    const visits = page.locator(".ec-event.consulta");
    expect(await visits.count()).toBe(300);
    expect(await overflows(page)).toBe(false);
    expect(await violations(page)).toEqual([]);
    // The last column's last visit is far out of sight; its hours and its professional stay beside and above it.
    const hour = page.locator(".ec-body .ec-sidebar time").last();
    const names = page.locator(".ec-header");
    const [left, top] = [(await hour.boundingBox())!.x, (await names.boundingBox())!.y];
    await visits.last().scrollIntoViewIfNeeded();
    expect(await page.locator(".ec-main").evaluate((hours) => hours.scrollLeft)).toBeGreaterThan(1_000);
    expect([(await hour.boundingBox())!.x, (await names.boundingBox())!.y]).toEqual([left, top]);
    await visits.last().click();
    await page.getByRole("dialog").getByRole("heading").first().waitFor();
  });

  test("among them one is found by part of a name, without its accents and not in the address", async () => {
    // Another full day: the one above keeps its three hundred.
    const day = addDays(workday(), 7);
    const page = await open("policlinica", `/app/agenda?ver=dia&dia=${day}`, { login: GESTORA, again: true, width });
    const { medicos } = await call<{ medicos: { id: number }[] }>(page, "GET", "/api/medicos");
    const body = { medico_id: medicos[0]!.id, data: day, hora: "12:00", duracao: 30, encaixe: true, paciente_nome: unique("João Conceição") };
    const { paciente_nome: nome } = await call<{ paciente_nome: string }>(page, "POST", "/api/agendamentos", body);
    await page.reload();
    await settled(page);
    const visits = page.locator(".ec-event.consulta");
    await visits.filter({ hasText: nome }).waitFor({ state: "attached" });
    expect(await visits.count()).toBeGreaterThan(1);
    await page.locator("summary", { hasText: "Filtrar" }).click();
    await page.getByLabel("Nome do paciente").fill(`joao ${nome.split(" ").at(-1)!.toUpperCase()}`);
    await expect.poll(() => visits.count()).toBe(1);
    expect(page.url()).not.toMatch(/joao/i);
    expect(await overflows(page)).toBe(false);
    // Escape would empty the field.
    await page.locator("summary", { hasText: "Filtrar" }).click();
    await visits.first().click();
    await page.getByRole("dialog").getByText(nome).first().waitFor();
  });
});
