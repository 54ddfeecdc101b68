/** The notes of a visit: kept again and again, with a step, and while somebody else writes there too. */
import type { Page } from "playwright-core";
import { test } from "vitest";
import { free } from "./agenda";
import { DESKTOP, PHONE, call, expect, open, overflows, unique, violations } from "./harness";

const [SECRETARIA, MANAGER] = ["secretaria@prosaude.com", "tania@prosaude.com"];

interface Visit {
  id: number;
  paciente_nome: string;
  status: string;
  observacoes?: string | null;
}

/** A visit of its own, and its address. */
async function booked(page: Page): Promise<{ visit: Visit; kept: () => Promise<Visit> }> {
  const { medico, day, times } = await free(page);
  const made = await call<Visit>(page, "POST", "/api/agendamentos", { medico_id: medico.id, data: day, hora: times[0], duracao: 30, paciente_nome: unique("Nota") });
  return { visit: made, kept: () => call<Visit>(page, "GET", `/api/agendamentos/${made.id}`) };
}

async function drawerOf(page: Page, { id, paciente_nome }: Visit) {
  await page.goto(page.url().split("?")[0] + `?ver=lista&agendamento=${id}`);
  const drawer = page.getByRole("dialog", { name: paciente_nome });
  await drawer.waitFor();
  return drawer;
}

test.each([DESKTOP, PHONE])("notes are kept twice in a row, and with a step, %i px", async (width) => {
  const page = await open("prosaude", "/app/agenda?ver=lista", { login: SECRETARIA, again: true, width, expects: [409] });
  const { visit, kept } = await booked(page);
  let drawer = await drawerOf(page, visit);
  const field = drawer.getByLabel("Anotações");
  for (const text of ["Trazer exames", "Trazer exames e a carteirinha"]) {
    await field.fill(text);
    await drawer.getByRole("button", { name: "Salvar anotação" }).click();
    await drawer.getByRole("button", { name: "Salvar anotação" }).waitFor({ state: "detached" });
    expect((await kept()).observacoes).toBe(text);
  }
  await field.fill("Confirmou por telefone");
  await drawer.getByRole("button", { name: "Confirmar presença" }).click();
  await drawer.waitFor({ state: "detached" });
  expect(await kept()).toMatchObject({ status: "confirmado", observacoes: "Confirmou por telefone" });
  // Another version alone is nobody's note.
  drawer = await drawerOf(page, visit);
  await call(page, "PATCH", `/api/agendamentos/${visit.id}`, { motivo: "Retorno" });
  await field.fill("Pediu recibo");
  await drawer.getByRole("button", { name: "Salvar anotação" }).click();
  await drawer.getByRole("button", { name: "Salvar anotação" }).waitFor({ state: "detached" });
  expect((await kept()).observacoes).toBe("Pediu recibo");
});

test.each([DESKTOP, PHONE])("when two write at once, the second sees both texts and chooses, and nothing is lost, %i px", async (width) => {
  const page = await open("prosaude", "/app/agenda?ver=lista", { login: SECRETARIA, again: true, width, expects: [409] });
  const { visit, kept } = await booked(page);
  const other = await open("prosaude", "/app/agenda?ver=lista", { login: MANAGER, again: true, width });
  const [mine, theirs] = [await drawerOf(page, visit), await drawerOf(other, visit)];
  const write = async (text: string) => {
    // Once they see what is kept: else it would be theirs to choose.
    await expect.poll(async () => (await theirs.getByLabel("Anotações").inputValue()) === ((await kept()).observacoes ?? ""), { timeout: 12_000 }).toBe(true);
    await theirs.getByLabel("Anotações").fill(text);
    await theirs.getByRole("button", { name: "Salvar anotação" }).click();
    await theirs.getByRole("button", { name: "Salvar anotação" }).waitFor({ state: "detached" });
  };
  const choice = mine.getByText("Outra pessoa mudou esta anotação enquanto você escrevia");

  await mine.getByLabel("Anotações").fill("Alergia a dipirona");
  await write("Ligar na véspera");
  // A step waits for the choice as well.
  await mine.getByRole("button", { name: "Confirmar presença" }).click();
  await choice.waitFor();
  await mine.getByText("Ligar na véspera").waitFor();
  expect(await kept()).toMatchObject({ status: "agendado", observacoes: "Ligar na véspera" });
  expect(await violations(page)).toEqual([]);
  expect(await overflows(page)).toBe(false);
  await mine.getByRole("button", { name: "Juntar as duas" }).click();
  await mine.getByRole("button", { name: "Salvar anotação" }).click();
  await mine.getByRole("button", { name: "Salvar anotação" }).waitFor({ state: "detached" });
  expect((await kept()).observacoes).toBe("Ligar na véspera\nAlergia a dipirona");

  await mine.getByLabel("Anotações").fill("Só a minha");
  await write("Só a deles");
  await choice.waitFor({ timeout: 12_000 });
  await mine.getByRole("button", { name: "Ficar com a salva" }).click();
  expect(await mine.getByLabel("Anotações").inputValue()).toBe("Só a deles");
  // The news of it stand in the drawer: what lies outside cannot be pressed.
  await mine.getByRole("button", { name: "Desfazer" }).click();
  expect(await mine.getByLabel("Anotações").inputValue()).toBe("Só a minha");
  await mine.getByLabel("Anotações").fill("Fica esta");
  await write("Mais uma deles");
  await choice.waitFor({ timeout: 12_000 });
  await mine.getByRole("button", { name: "Salvar a minha" }).click();
  await choice.waitFor({ state: "detached" });
  await expect.poll(async () => (await kept()).observacoes).toBe("Fica esta");
});

test.each([DESKTOP, PHONE])("a note is kept however the drawer is left, and thrown away only if that is wished, %i px", async (width) => {
  const page = await open("prosaude", "/app/agenda?ver=lista", { login: SECRETARIA, again: true, width, expects: [0] });
  const { visit, kept } = await booked(page);
  let drawer = await drawerOf(page, visit);
  await drawer.getByLabel("Anotações").fill("Fala baixo");
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
  expect((await kept()).observacoes).toBe("Fala baixo");

  drawer = await drawerOf(page, visit);
  await drawer.getByLabel("Anotações").fill("Ouve pouco");
  await drawer.getByRole("button", { name: "Mudar horário" }).click();
  await drawer.getByLabel("Duração (minutos)").fill("20");
  await drawer.getByRole("button", { name: "Mudar para 20 min" }).click();
  await drawer.waitFor({ state: "detached" });
  expect(await kept()).toMatchObject({ duracao: 20, observacoes: "Ouve pouco" });

  drawer = await drawerOf(page, visit);
  await page.context().setOffline(true);
  await drawer.getByLabel("Anotações").fill("Nunca chega");
  await drawer.getByRole("button", { name: "Fechar" }).click();
  const asked = page.getByRole("dialog", { name: "Sair sem salvar?" });
  await asked.getByRole("button", { name: "Ficar" }).click();
  expect(await drawer.getByLabel("Anotações").inputValue()).toBe("Nunca chega");
  await drawer.getByRole("button", { name: "Fechar" }).click();
  await asked.getByRole("button", { name: "Sair sem salvar" }).click();
  await drawer.waitFor({ state: "detached" });
  await page.context().setOffline(false);
  expect((await kept()).observacoes).toBe("Ouve pouco");
});
