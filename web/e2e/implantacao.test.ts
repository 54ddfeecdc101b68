/** A clinic the console's wizard made: who manages it comes in by the link that was shown, and books. */
import type { Page } from "playwright-core";
import { test } from "vitest";
import { DESKTOP, PHONE, call, expect, open, overflows, unique } from "./harness";

/** A day from next week on with free times, and the first of them. */
async function free(page: Page, medico: number): Promise<{ day: string; time: string }> {
  for (let ahead = 7; ahead < 21; ahead += 1) {
    const day = new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    const { horarios } = await call<{ horarios: string[] }>(page, "GET", `/api/horarios-disponiveis?medico_id=${medico}&data=${day}&duracao=30`);
    if (horarios[0]) return { day, time: horarios[0] };
  }
  throw new Error("no free day in sight");
}

test.each([DESKTOP, PHONE])("a clinic is made by the wizard, entered by its link and booked in, %i px", async (width) => {
  const console = await open("admin", "/console/clinicas/nova", { login: "operador@horariointeligente.com.br", again: true, width });
  await console.getByLabel("Nome").fill(unique("Clínica Nova"));
  const host = await console.getByLabel("Endereço na internet").inputValue();
  await console.getByRole("button", { name: "Continuar" }).click();
  await console.getByLabel("Nome").fill("Rita Lemos");
  await console.getByLabel("E-mail").fill(`rita@${host}.com.br`);
  await console.getByLabel("também atende pacientes").check();
  await console.getByRole("button", { name: "Continuar" }).click();
  await console.getByRole("button", { name: "Implantar" }).click();
  const link = await console.getByLabel("Link do convite").inputValue();
  expect(await overflows(console)).toBe(false);

  const page = await open(host, `/convite#${link.split("#")[1]}`, { width });
  await page.getByLabel("Escolha uma senha").fill("senha boa 123");
  await page.getByRole("checkbox", { name: /Li e aceito/ }).check();
  await page.getByRole("button", { name: "Começar" }).click();
  await page.waitForURL("**/app/agenda");
  const { medicos } = await call<{ medicos: { id: number; nome: string }[] }>(page, "GET", "/api/medicos");
  expect(medicos.map(({ nome }) => nome)).toEqual(["Rita Lemos"]);
  const { day, time } = await free(page, medicos[0]!.id);
  await page.goto(`${page.url().split("?")[0]}?dia=${day}&ver=lista`);
  await page.getByRole("button", { name: "Marcar", exact: true }).click();
  await page.getByRole("combobox", { name: "Paciente" }).fill("Beatriz Andrade");
  await page.getByRole("button", { name: /Paciente novo/ }).click();
  await page.getByRole("radio", { name: time }).check({ force: true });
  await page.getByRole("button", { name: `Marcar às ${time}` }).click();
  await page.getByRole("button", { name: "Beatriz Andrade" }).waitFor();
});
