/** A health plan: taken up by the clinic, accepted by some, and offered to who books. */
import { test } from "vitest";
import { free } from "./agenda";
import { DESKTOP, PHONE, call, expect, open, overflows, unique, violations } from "./harness";

const GESTORA = "tania@prosaude.com";

test.each([DESKTOP, PHONE])("a health plan is added, accepted by one professional, booked with, and let go, %i px", async (width) => {
  const page = await open("prosaude", "/app/ajustes/convenios", { login: GESTORA, again: true, width });
  const { medico, day, times } = await free(page);
  const nome = unique("Vida Plena");
  await page.getByRole("button", { name: "Novo convênio" }).click();
  await page.getByLabel("Nome", { exact: true }).fill(nome);
  await page.getByRole("checkbox", { name: /^Todos os profissionais/ }).uncheck();
  const { medicos } = await call<{ medicos: { nome: string }[] }>(page, "GET", "/api/medicos");
  for (const one of medicos) await page.getByRole("checkbox", { name: one.nome, exact: true }).uncheck();
  await page.getByText("Sem ninguém que aceite").waitFor();
  const accepts = page.getByRole("group", { name: medico.nome, exact: true });
  await accepts.getByRole("checkbox", { name: medico.nome, exact: true }).check();
  await accepts.getByLabel("Cota por dia").fill("3");
  expect(await violations(page)).toEqual([]);
  expect(await overflows(page)).toBe(false);
  await page.getByRole("button", { name: "Criar convênio" }).click();
  const row = page.getByRole("button", { name: nome });
  await row.getByText("1 profissional aceita, com cota por dia").waitFor();

  // The desk books with it.
  await page.goto(new URL(`/app/agenda?ver=lista&dia=${day}&profissionais=${medico.id}`, page.url()).href);
  await page.getByRole("button", { name: "Marcar", exact: true }).click();
  const paciente = unique("Segurada");
  await page.getByRole("combobox", { name: "Paciente" }).fill(paciente);
  await page.getByRole("button", { name: /Paciente novo/ }).click();
  await page.getByLabel("Convênio").selectOption({ label: nome });
  await page.getByRole("radio", { name: times[0]!, exact: true }).check({ force: true });
  await page.getByRole("button", { name: `Marcar às ${times[0]}` }).click();
  await page.getByRole("button", { name: paciente }).getByText(nome).waitFor();

  await page.goto(new URL("/app/ajustes/convenios", page.url()).href);
  await row.click();
  await page.getByRole("checkbox", { name: "Aceito pela clínica" }).uncheck();
  await page.getByRole("button", { name: "Salvar convênio" }).click();
  await page.getByText("Convênio salvo.").waitFor();
  const { convenios } = await call<{ convenios: { nome: string; ativo: boolean }[] }>(page, "GET", "/api/convenios");
  expect(convenios.find((one) => one.nome === nome)).toMatchObject({ ativo: false });
});
