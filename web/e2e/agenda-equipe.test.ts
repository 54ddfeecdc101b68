/** Who attends, as the agenda shows it while people come and leave. */
import type { Page } from "playwright-core";
import { test } from "vitest";
import { DESKTOP, PHONE, call, expect, open, unique } from "./harness";

const MANAGER = "tania@prosaude.com";

/** A visit of today that is over: who has one may leave, and the day still shows it. */
async function attended(page: Page, medico: number, hora: string): Promise<string> {
  const { today } = await clock(page);
  const visit = await call<{ id: number; paciente_nome: string }>(page, "POST", "/api/agendamentos", {
    medico_id: medico,
    data: today,
    hora,
    duracao: 15,
    encaixe: true,
    paciente_nome: unique("Paciente Visto"),
  });
  await call(page, "POST", `/api/agendamentos/${visit.id}/inicio`);
  await call(page, "POST", `/api/agendamentos/${visit.id}/realizacao`);
  return visit.paciente_nome;
}

/** The clinic's day, and an hour of it that has not come. */
const clock = (page: Page) =>
  page.evaluate(() => {
    const wall = new Date(Date.now() + 120_000).toLocaleString("sv-SE", { timeZone: "America/Sao_Paulo" });
    return { today: wall.slice(0, 10), hora: wall.slice(11, 16) };
  });

test.each([DESKTOP, PHONE])("who comes has a column at once, and who leaves keeps it on days with their visits, %i px", async (width) => {
  const page = await open("prosaude", "/app/agenda?ver=dia", { login: MANAGER, again: true, width });
  const nome = unique("Dra. Nova");
  const column = page.locator(".ec-col-head", { hasText: nome });
  await page.locator(".ec-col-head").first().waitFor();
  // The page is told by nobody but the server.
  const medico = await call<{ id: number }>(page, "POST", "/api/medicos", { nome });
  await column.waitFor({ timeout: 12_000 });
  const patient = await attended(page, medico.id, (await clock(page)).hora);
  await call(page, "PATCH", `/api/medicos/${medico.id}`, { ativo: false });
  await column.getByText("não atende mais").waitFor({ timeout: 12_000 });
  await page.locator(".ec-event", { hasText: patient }).waitFor();

  await page.reload();
  await column.getByText("não atende mais").waitFor();
  await page.locator(".ec-event", { hasText: patient }).click();
  await page.getByRole("dialog", { name: patient }).getByText(nome).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Marcar", exact: true }).click();
  const offered = page.getByRole("dialog", { name: "Marcar consulta" }).getByLabel("Profissional").getByRole("option");
  expect((await offered.allInnerTexts()).some((text) => text.includes(nome))).toBe(false);
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Lista" }).click();
  await page.getByRole("region", { name: nome }).getByRole("button", { name: patient }).waitFor();
  await page.getByRole("button", { name: "Para a frente" }).click();
  await page.getByRole("region", { name: nome }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Semana" }).click();
  await page.getByRole("button", { name: "Para trás" }).click();
  await page.getByLabel("Profissional", { exact: true }).selectOption({ label: nome });
  await page.getByRole("button", { name: "Hoje" }).click();
  await page.locator(".ec-event", { hasText: patient }).waitFor();
});
