/** A visit at another time or for longer, by keyboard: what dragging does by mouse. */
import type { Page } from "playwright-core";
import { test } from "vitest";
import { type Free, free } from "./agenda";
import { call, expect, open, unique, violations } from "./harness";

const SECRETARIA = "secretaria@prosaude.com";

interface Visit {
  id: number;
  paciente_nome: string;
  hora: string;
  duracao: number;
}

const book = (page: Page, { medico, day }: Free, hora: string, nome: string) =>
  call<Visit>(page, "POST", "/api/agendamentos", { medico_id: medico.id, data: day, hora, duracao: 30, paciente_nome: unique(nome) });

/** Opens the form of a visit in its drawer, by keyboard. */
async function moving(page: Page, { paciente_nome }: Visit) {
  await page.getByRole("button", { name: paciente_nome }).focus();
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("dialog", { name: paciente_nome });
  await drawer.getByRole("button", { name: "Mudar horário" }).press("Enter");
  await drawer.getByRole("radio").first().waitFor();
  return drawer;
}

test("by keyboard a visit is lengthened, moved by less than its length, and told when it runs into the next", async () => {
  const page = await open("prosaude", "/app/agenda?ver=lista", { login: SECRETARIA });
  const place = await free(page, 8);
  const [first, , third] = place.times;
  const [one, next] = [await book(page, place, first!, "Lia Longa"), await book(page, place, third!, "Vizinha")];
  const kept = async () => call<Visit>(page, "GET", `/api/agendamentos/${one.id}`);
  await page.goto(page.url().split("?")[0] + `?dia=${place.day}&ver=lista&profissionais=${place.medico.id}`);

  let drawer = await moving(page, one);
  expect(await drawer.getByRole("radio", { name: first!, exact: true }).isChecked()).toBe(true);
  expect(await violations(page)).toEqual([]);
  await drawer.getByRole("button", { name: "Mudar", exact: true }).press("Enter");
  await drawer.getByText("Nada mudou").waitFor();
  await drawer.getByLabel("Duração (minutos)").fill("60");
  await drawer.getByRole("button", { name: "Mudar para 60 min" }).press("Enter");
  await drawer.waitFor({ state: "detached" });
  expect(await kept()).toMatchObject({ hora: first, duracao: 60 });

  // Half an hour later, it would lie over where it lies now; but then it would reach into the next.
  drawer = await moving(page, one);
  await drawer.getByLabel("Duração (minutos)").fill("90");
  await drawer.getByText(`${first} não está livre por 90 min`).waitFor();
  await drawer.getByLabel("Duração (minutos)").fill("30");
  await drawer.getByRole("radio", { name: place.times[1]!, exact: true }).press("Space");
  await drawer.getByRole("button", { name: `Mudar para ${place.times[1]}` }).press("Enter");
  await drawer.waitFor({ state: "detached" });
  expect(await kept()).toMatchObject({ hora: place.times[1], duracao: 30 });
  expect((await call<Visit>(page, "GET", `/api/agendamentos/${next.id}`)).hora).toBe(third);
});
