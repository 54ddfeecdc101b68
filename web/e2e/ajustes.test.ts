/** The settings, as the people who run a clinic use them. What a test changes that others look at, it puts back. */
import type { Page } from "playwright-core";
import { describe, test } from "vitest";
import { DESKTOP, PHONE, call, expect, open, overflows, unique, violations } from "./harness";

const GESTORA = "tania@prosaude.com";
const SECRETARIA = "secretaria@prosaude.com";
const SATURDAY = 6;

interface Medico {
  id: number;
  nome: string;
}
interface Horarios {
  horarios: { dia_semana: number; inicio: string; fim: string; tipo: string }[];
}

/** The first date from two weeks on that is this weekday (0 = Sunday). */
function date(weekday: number): string {
  const day = new Date(Date.now() + 14 * 86_400_000);
  while (day.getUTCDay() !== weekday) day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

const medico = async (page: Page, name: string) => (await call<{ medicos: Medico[] }>(page, "GET", "/api/medicos")).medicos.find(({ nome }) => nome.includes(name))!;

/** The opening periods the free slots of a date come from. */
const expediente = async (page: Page, id: number, data: string) =>
  (await call<{ expediente: string[][]; horarios: string[] }>(page, "GET", `/api/horarios-disponiveis?medico_id=${id}&data=${data}`)).expediente;

/** Runs with the week of a professional, and gives it back. */
async function withWeek(page: Page, id: number, work: () => Promise<void>): Promise<void> {
  const path = `/api/medicos/${id}/horarios`;
  const { horarios } = await call<Horarios>(page, "GET", path);
  try {
    await work();
  } finally {
    await call(page, "PUT", path, { horarios });
  }
}

const heading = (page: Page, name: string) => page.getByRole("heading", { name, level: 2 });
const told = (page: Page, text: string) => page.getByRole("status").getByText(text).first().waitFor();

describe("hours", () => {
  test("are dragged on the week and changed by keys, and the free slots follow", async () => {
    const page = await open("prosaude", "/app/ajustes/horarios", { login: GESTORA });
    const { id } = await medico(page, "Helena");
    const saturday = date(SATURDAY);
    await page.getByLabel("Profissional", { exact: true }).selectOption({ label: "Dra. Helena Prado" });
    await withWeek(page, id, async () => {
      const column = page.getByRole("group", { name: "sábado", exact: true });
      await column.waitFor();
      await column.scrollIntoViewIfNeeded();
      // From a place in the morning, two hours down: an hour is as high as the label beside it.
      const board = (await column.boundingBox())!;
      const hour = (await page.getByText("9h", { exact: true }).boundingBox())!;
      const next = (await page.getByText("11h", { exact: true }).boundingBox())!;
      const x = board.x + board.width / 2;
      await page.mouse.move(x, hour.y + 3);
      await page.mouse.down();
      await page.mouse.move(x, hour.y + 30, { steps: 3 });
      await page.mouse.move(x, next.y + 1, { steps: 5 });
      await page.mouse.up();
      const period = column.getByRole("button");
      expect(await period.getAttribute("aria-label")).toMatch(/^09:00–11:\d\d, sábado/);
      await page.getByRole("button", { name: "Salvar horários" }).click();
      await told(page, "Horários de Dra. Helena Prado salvos.");
      expect((await expediente(page, id, saturday))[0]?.[0]).toBe("09:00");

      // The same by keyboard alone: an hour later, half an hour longer.
      await period.focus();
      const [, end] = (await expediente(page, id, saturday))[0]!;
      for (let i = 0; i < 4; i += 1) await page.keyboard.press("ArrowDown");
      for (let i = 0; i < 2; i += 1) await page.keyboard.press("Shift+ArrowDown");
      await page.getByRole("button", { name: "Salvar horários" }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Desfazer mudanças" }).waitFor({ state: "detached" });
      const [from, to] = (await expediente(page, id, saturday))[0]!;
      expect(from).toBe("10:00");
      const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
      expect(minutes(to!) - minutes(end!)).toBe(90);

      await period.focus();
      await page.keyboard.press("Delete");
      await page.getByRole("button", { name: "Salvar horários" }).click();
      await page.getByRole("button", { name: "Desfazer mudanças" }).waitFor({ state: "detached" });
      expect(await expediente(page, id, saturday)).toEqual([]);
    });
    expect(await violations(page)).toEqual([]);
  });

  test("are typed in a list on a phone, copied to another day, and asked about before they are left", async () => {
    const page = await open("prosaude", "/app/ajustes", { login: GESTORA, width: PHONE });
    const { id } = await medico(page, "Helena");
    await page.getByRole("navigation", { name: "Seções dos ajustes" }).getByRole("link", { name: /^Horários/ }).click();
    await page.getByLabel("Profissional", { exact: true }).selectOption({ label: "Dra. Helena Prado" });
    await withWeek(page, id, async () => {
      const saturday = page.getByRole("group", { name: "sábado", exact: true });
      await saturday.getByRole("button", { name: "Adicionar período, sábado" }).click();
      await saturday.getByLabel("Fim, sábado").fill("11:30");
      await page.getByRole("button", { name: "Copiar sábado para outros dias" }).click();
      await page.getByRole("dialog").getByRole("checkbox", { name: "domingo" }).check();
      await page.getByRole("dialog").getByRole("button", { name: "Copiar", exact: true }).click();

      await page.getByRole("link", { name: "Ajustes", exact: true }).first().click();
      const question = page.getByRole("dialog", { name: "Sair sem salvar?" });
      await question.getByRole("button", { name: "Continuar editando" }).click();
      await page.goBack();
      await question.getByRole("button", { name: "Continuar editando" }).click();

      await page.getByRole("button", { name: "Salvar horários" }).click();
      await told(page, "Horários de Dra. Helena Prado salvos.");
      expect(await expediente(page, id, date(SATURDAY))).toEqual([["08:00", "11:30"]]);
      expect(await expediente(page, id, date(0))).toEqual([["08:00", "11:30"]]);
    });
    expect(await overflows(page)).toBe(false);
    expect(await violations(page)).toEqual([]);
  });

  test("of a week that cannot be are refused, and nothing typed is lost", async () => {
    const page = await open("prosaude", "/app/ajustes/horarios", { login: GESTORA, expects: [422] });
    await page.getByRole("button", { name: "Lista" }).click();
    const monday = page.getByRole("group", { name: "segunda-feira", exact: true });
    await monday.getByLabel("Fim, segunda-feira").first().fill("15:00");
    await monday.getByLabel("Fim, segunda-feira").first().blur();
    await page.getByRole("button", { name: "Salvar horários" }).click();
    await page.getByRole("alert").getByText(/se sobrepõem/).waitFor();
    expect(await monday.getByLabel("Fim, segunda-feira").first().inputValue()).toBe("15:00");
    await page.getByRole("button", { name: "Desfazer mudanças" }).click();
    expect(await monday.getByLabel("Fim, segunda-feira").first().inputValue()).not.toBe("15:00");
  });

  test("of one date go before the week", async () => {
    const page = await open("prosaude", "/app/ajustes/horarios", { login: SECRETARIA });
    const { id } = await medico(page, "Helena");
    const day = date(3);
    await page.getByLabel("Profissional", { exact: true }).selectOption({ label: "Dra. Helena Prado" });
    await page.getByRole("button", { name: "Adicionar data" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Dia", { exact: true }).fill(day);
    await dialog.getByLabel(/Motivo/).fill("Congresso");
    await dialog.getByRole("button", { name: "Salvar data" }).click();
    await page.getByText("Fechado · Congresso").waitFor();
    expect(await expediente(page, id, day)).toEqual([]);
    await page.getByRole("button", { name: /^Remover .*-feira, / }).click();
    await page.getByText("Fechado · Congresso").waitFor({ state: "detached" });
    expect((await expediente(page, id, day)).length).toBeGreaterThan(0);
  });
});

describe("blocks", () => {
  for (const width of [DESKTOP, PHONE]) {
    test(`name whom they meet before they are made, ${width} px`, async () => {
      const page = await open("prosaude", "/app/ajustes/bloqueios", { login: GESTORA, width });
      const { id } = await medico(page, "Helena");
      const day = date(4);
      const nome = unique("Paciente Bloqueado");
      const paciente = await call<{ id: number }>(page, "POST", "/api/pacientes", { nome });
      const { horarios } = await call<{ horarios: string[] }>(page, "GET", `/api/horarios-disponiveis?medico_id=${id}&data=${day}`);
      await call(page, "POST", "/api/agendamentos", { paciente_id: paciente.id, medico_id: id, data: day, hora: horarios[0] });

      await page.getByRole("button", { name: "Bloquear horário" }).click();
      await page.getByLabel("Agenda", { exact: true }).selectOption({ label: "Dra. Helena Prado" });
      await page.getByLabel("Tipo").selectOption({ label: "Folga" });
      await page.getByLabel("Até o dia").fill(day);
      await page.getByLabel("Do dia").fill(day);
      await page.getByRole("button", { name: "Ver quem tem horário" }).click();
      await page.getByRole("link", { name: nome }).waitFor();
      await page.getByRole("radio", { name: /Mover e avisar/ }).check();
      await page.getByRole("button", { name: "Bloquear, mover e avisar" }).click();
      await page.getByText("Movida").first().waitFor();
      await page.getByRole("button", { name: "Voltar aos bloqueios" }).click();

      const [year, month, date_] = day.split("-");
      await page.getByRole("button", { name: `Desfazer o bloqueio de Dra. Helena Prado, ${date_}/${month}/${year}, o dia todo` }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Desfazer bloqueio" }).click();
      await told(page, "Bloqueio desfeito.");
      expect(await overflows(page)).toBe(false);
      expect(await violations(page)).toEqual([]);
    });
  }
});

describe("services", () => {
  for (const width of [DESKTOP, PHONE]) {
    test(`are created and then offered, ${width} px`, async () => {
      const page = await open("prosaude", "/app/ajustes/servicos", { login: SECRETARIA, width });
      const nome = unique("Eletro");
      await page.getByRole("button", { name: "Novo serviço" }).click();
      await page.getByLabel("Nome", { exact: true }).fill(nome);
      await page.getByLabel("Duração", { exact: true }).fill("20");
      await page.getByLabel(/Preço particular/).fill("180,50");
      await page.getByLabel("Quem faz").selectOption("alguns");
      await page.getByRole("checkbox", { name: "Dra. Helena Prado" }).check();
      await page.getByRole("button", { name: "Criar serviço" }).click();
      await page.getByRole("button", { name: new RegExp(`${nome}.*20 min · R\\$.180,50 · 1 profissional`) }).waitFor();
      const { servicos } = await call<{ servicos: { nome: string; preco_centavos: number; medicos: number[] }[] }>(page, "GET", "/api/servicos");
      expect(servicos.find((one) => one.nome === nome)).toMatchObject({ preco_centavos: 18050 });

      await page.getByRole("button", { name: new RegExp(nome) }).click();
      await page.getByRole("checkbox", { name: "Em uso" }).uncheck();
      await page.getByRole("button", { name: "Salvar serviço" }).click();
      await told(page, "Serviço salvo.");
      expect(await overflows(page)).toBe(false);
      expect(await violations(page)).toEqual([]);
    });
  }

  test("with script in their name are a name", async () => {
    const page = await open("prosaude", "/app/ajustes/recursos", { login: SECRETARIA });
    const nome = `<img src=x onerror=alert(1)> ${unique("sala")}`;
    await page.getByRole("button", { name: "Adicionar", exact: true }).click();
    await page.getByLabel("Nome", { exact: true }).fill(nome);
    await page.getByRole("button", { name: "Adicionar", exact: true }).click();
    await page.getByText(nome).waitFor();
    await page.getByText(nome).click();
    await heading(page, nome).waitFor();
    await page.getByRole("checkbox", { name: "Em uso" }).uncheck();
    await page.getByRole("button", { name: "Salvar", exact: true }).click();
    await told(page, "Salvo.");
  });
});
