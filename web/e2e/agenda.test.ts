/** The agenda: booked, moved, lengthened, called off, seen by others. */
import type { Page } from "playwright-core";
import { describe, test } from "vitest";
import { longDay } from "../src/lib/dates";
import { type Free, free } from "./agenda";
import { DESKTOP, PHONE, call, expect, open, overflows, unique, violations } from "./harness";

const SECRETARIA = "secretaria@prosaude.com";
/** A visit, made through the API. */
async function booked(page: Page, { medico, day }: Free, hora: string, nome = unique("Paciente")) {
  return call<{ id: number; paciente_nome: string }>(page, "POST", "/api/agendamentos", {
    medico_id: medico.id,
    data: day,
    hora,
    duracao: 30,
    paciente_nome: nome,
  });
}

describe.each([DESKTOP, PHONE])("at %i px", (width) => {
  test("a new patient is booked at a time the engine offers, and called off with a reason", async () => {
    const page = await open("prosaude", "/app/agenda", { login: SECRETARIA, width });
    const { medico, day, times } = await free(page);
    const nome = unique("Maria <b>da Luz</b>");
    await page.goto(page.url().split("?")[0] + `?dia=${day}&ver=lista&profissionais=${medico.id}`);
    await page.getByRole("button", { name: "Marcar", exact: true }).click();
    await page.getByRole("combobox", { name: "Paciente" }).fill(nome);
    await page.getByRole("button", { name: /Paciente novo/ }).click();
    // A phone of its own: one is written to only so often in a day.
    const [, middle, end] = /(.{4})(.{4})$/.exec(String(Math.floor(10_000_000 + Math.random() * 89_999_999)))!;
    await page.getByLabel("Telefone").fill(`11 9${middle}-${end}`);
    await page.getByRole("radio", { name: times[1]! }).check({ force: true });
    await page.getByRole("button", { name: `Marcar às ${times[1]}` }).click();
    await page.getByRole("button", { name: nome }).click();
    const drawer = page.getByRole("dialog", { name: nome });
    await drawer.getByText(`(11) 9${middle}-${end}`).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    await drawer.getByRole("button", { name: "Cancelar horário" }).click();
    // Who called off themselves is not told of it.
    expect(await drawer.getByLabel(/Avisar/).count()).toBe(0);
    await drawer.getByLabel("A clínica").check();
    await drawer.getByRole("button", { name: "Profissional ausente" }).click();
    expect(await drawer.getByLabel("Por quê?").inputValue()).toBe("Profissional ausente");
    expect(await drawer.getByLabel(/Avisar/).isChecked()).toBe(true);
    expect(await violations(page)).toEqual([]);
    await drawer.getByRole("button", { name: /Cancelar horário de/ }).click();
    await page.getByText(/cancelado\. O aviso vai pelo WhatsApp\.$/).waitFor();
    await page.getByRole("button", { name: nome }).waitFor({ state: "detached" });
  });

  test("somebody is squeezed in at an hour that is taken, and the visit says that it was", async () => {
    const page = await open("prosaude", "/app/agenda", { login: SECRETARIA, again: true, width });
    const place = await free(page);
    const [hora] = place.times;
    const there = await booked(page, place, hora!);
    await page.goto(page.url().split("?")[0] + `?dia=${place.day}&ver=lista&profissionais=${place.medico.id}`);
    await page.getByRole("button", { name: there.paciente_nome }).waitFor();
    await page.getByRole("button", { name: "Marcar", exact: true }).click();
    const form = page.getByRole("dialog", { name: "Marcar consulta" });
    const nome = unique("Urgente");
    await form.getByRole("combobox", { name: "Paciente" }).fill(nome);
    await form.getByRole("button", { name: /Paciente novo/ }).click();
    await form.getByRole("radio").first().waitFor();
    expect(await form.getByRole("radio", { name: hora!, exact: true }).count()).toBe(0);
    await form.getByRole("checkbox", { name: /^Encaixe/ }).check();
    await form.getByLabel("Hora do encaixe").fill(hora!);
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    await form.getByRole("button", { name: `Marcar às ${hora}` }).click();
    const row = page.getByRole("button", { name: nome });
    await row.getByText("encaixe").waitFor();
    // Whoever had the hour keeps it.
    await page.getByRole("button", { name: there.paciente_nome }).waitFor();
    await row.click();
    await page.getByRole("dialog", { name: nome }).getByText("Encaixe", { exact: true }).waitFor();
  });

  test("who cannot be told that the clinic calls off is to be called, and their visit stays open", async () => {
    const page = await open("prosaude", "/app/agenda", { login: SECRETARIA, again: true, width });
    const place = await free(page);
    const visit = await booked(page, place, place.times[0]!);
    await page.goto(page.url().split("?")[0] + `?dia=${place.day}&ver=lista&profissionais=${place.medico.id}`);
    await page.getByRole("button", { name: visit.paciente_nome }).click();
    const drawer = page.getByRole("dialog", { name: visit.paciente_nome });
    await drawer.getByRole("button", { name: "Cancelar horário" }).click();
    await drawer.getByLabel("A clínica").check();
    await drawer.getByRole("button", { name: /Cancelar horário de/ }).click();
    await drawer.getByText("Não deu para avisar pelo WhatsApp: fale com Paciente.").waitFor();
    await drawer.getByRole("button", { name: "Reativar" }).waitFor();
    expect(await overflows(page)).toBe(false);
  });

  test("what somebody else does is seen within seconds", async () => {
    const page = await open("prosaude", "/app/agenda", { login: SECRETARIA, width });
    const place = await free(page);
    await page.goto(page.url().split("?")[0] + `?dia=${place.day}&ver=lista`);
    await page.getByText("Livre até").first().waitFor();
    const other = await open("prosaude", "/app/agenda", { login: "tania@prosaude.com", width });
    const visit = await booked(other, place, place.times[0]!);
    await page.getByRole("button", { name: visit.paciente_nome }).waitFor({ timeout: 12_000 });
  });

  test("without a connection it says so, and goes on by itself", async () => {
    const page = await open("prosaude", "/app/agenda?ver=lista", { login: SECRETARIA, width, expects: [0] });
    await page.getByRole("button", { name: "Marcar", exact: true }).waitFor();
    await page.context().setOffline(true);
    await page.getByText("Sem conexão").waitFor();
    await page.context().setOffline(false);
    await page.getByText("Sem conexão").waitFor({ state: "detached", timeout: 20_000 });
  });
});

test("dragging moves a visit, can be undone, and a taken time is refused with others to click", async () => {
  const page = await open("prosaude", "/app/agenda", { login: SECRETARIA, expects: [409] });
  const place = await free(page);
  const [first, , third] = place.times;
  const one = await booked(page, place, first!);
  const other = await booked(page, place, third!);
  await page.goto(page.url().split("?")[0] + `?dia=${place.day}&profissionais=${place.medico.id}`);
  const box = async (nome: string) => (await page.locator(".ec-event", { hasText: nome }).boundingBox())!;
  await page.locator(".ec-event", { hasText: one.paciente_nome }).scrollIntoViewIfNeeded();
  const drag = async (nome: string, by: number) => {
    const at = await box(nome);
    await page.mouse.move(at.x + 80, at.y + 8);
    await page.mouse.down();
    await page.mouse.move(at.x + 80, at.y + 8 + by / 2, { steps: 6 });
    await page.mouse.move(at.x + 80, at.y + 8 + by, { steps: 6 });
    await page.mouse.up();
  };
  const gap = (await box(other.paciente_nome)).y - (await box(one.paciente_nome)).y;
  await drag(one.paciente_nome, gap);
  const refusal = page.getByRole("dialog", { name: `${one.paciente_nome} ficou onde estava` });
  await refusal.getByText("Horários livres mais próximos").waitFor();
  await refusal.getByRole("button", { name: /^\d\d:\d\d$/ }).last().click();
  await page.getByRole("button", { name: "Desfazer" }).click();
  await page.getByText("Desfeito.").waitFor();
  const { agendamentos } = await call<{ agendamentos: { id: number; hora: string }[] }>(
    page,
    "GET",
    `/api/agendamentos?de=${place.day}&medico_id=${place.medico.id}`,
  );
  expect(agendamentos.find(({ id }) => id === one.id)?.hora).toBe(first);
});

test("the app opens without a connection, and goes on when there is one", async () => {
  const page = await open("prosaude", "/app/agenda?ver=lista", { login: SECRETARIA, worker: true, expects: [0] });
  await page.evaluate(() => navigator.serviceWorker.ready);
  // What came before the worker was there is kept at the next visit.
  await page.reload({ waitUntil: "networkidle" });
  await page.context().setOffline(true);
  await page.reload();
  const again = page.getByRole("button", { name: "Tentar de novo" });
  await again.waitFor();
  await page.context().setOffline(false);
  await again.click();
  await page.getByRole("button", { name: "Marcar", exact: true }).waitFor();
});

test("everything is done by keyboard alone", async () => {
  const page = await open("prosaude", "/app/agenda", { login: SECRETARIA });
  const place = await free(page);
  const visit = await booked(page, place, place.times[0]!);
  await page.goto(page.url().split("?")[0] + `?dia=${place.day}&ver=lista`);
  await page.getByRole("button", { name: visit.paciente_nome }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: visit.paciente_nome }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("s");
  await page.waitForURL("**ver=semana**");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("h");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Atalhos do teclado" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.getByLabel("Nome, telefone ou CPF").fill(visit.paciente_nome);
  await page.getByRole("listbox", { name: "Pacientes encontrados" }).getByRole("option").first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/app/pacientes/*");
});

test("a month on a phone tells how many visits a day has, and opens the day", async () => {
  const page = await open("prosaude", "/app/agenda?ver=lista", { login: SECRETARIA, width: PHONE });
  const place = await free(page);
  await booked(page, place, place.times[0]!);
  await page.goto(page.url().split("?")[0] + `?dia=${place.day}&ver=mes&profissionais=${place.medico.id}`);
  const day = page.getByRole("button", { name: new RegExp(`^${longDay(place.day)}: \\d+ consultas?`) });
  await day.waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await overflows(page)).toBe(false);
  await day.click();
  await page.getByRole("button", { name: "Dia", exact: true, pressed: true }).waitFor();
  expect(new URL(page.url()).searchParams.get("dia")).toBe(place.day);
});

test.each([DESKTOP, PHONE])("the days of a week stay above its hours, %s wide", async (width) => {
  const page = await open("prosaude", "/app/agenda?ver=semana", { login: SECRETARIA, again: true, width });
  const [days, hours] = [page.locator(".ec-header"), page.locator(".ec-main")];
  await days.waitFor();
  await hours.evaluate((one) => one.scrollTo(0, 0));
  const { y } = (await days.boundingBox())!;
  await hours.hover();
  await page.mouse.wheel(0, 200);
  await expect.poll(() => hours.evaluate((one) => one.scrollTop)).toBeGreaterThan(100);
  expect((await days.boundingBox())!.y).toBe(y);
  expect(await overflows(page)).toBe(false);
});

test.each(["dia", "semana", "lista"])("%s has nothing axe complains of, in both themes", async (view) => {
  for (const theme of ["light", "dark"] as const) {
    const page = await open("prosaude", `/app/agenda?ver=${view}`, { login: SECRETARIA, theme });
    await page.getByRole("button", { name: "Marcar", exact: true }).waitFor();
    await page.waitForTimeout(500);
    expect(await violations(page), theme).toEqual([]);
  }
});
