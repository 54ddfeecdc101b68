/** The settings of the clinic itself: what patients read, holidays, rules, and who may do what. */
import { describe, test } from "vitest";
import { DESKTOP, PHONE, call, expect, open, overflows, unique, violations } from "./harness";

const GESTORA = "tania@prosaude.com";
const SECRETARIA = "secretaria@prosaude.com";
const MEDICO = "paulo@prosaude.com";

describe("reminders", () => {
  for (const width of [DESKTOP, PHONE]) {
    test(`read as the patient will read them, ${width} px`, async () => {
      const page = await open("prosaude", "/app/ajustes/lembretes", { login: SECRETARIA, width });
      const preview = page.getByRole("figure", { name: "Como o paciente recebe: Lembrete da véspera" });
      await preview.getByText(/sua consulta com .* é amanhã, /).waitFor();
      await page.getByLabel("Quanto tempo antes da consulta").first().fill("2");
      await preview.getByText(/é (segunda|terça|quarta|quinta|sexta)-feira, |é (sábado|domingo), /).waitFor();
      await page.getByRole("button", { name: "Salvar lembretes" }).click();
      await page.getByText("Lembretes salvos.").waitFor();
      const after = await call<{ vigentes: { vespera_minutos: number } }>(page, "GET", "/api/lembretes");
      expect(after.vigentes.vespera_minutos).toBe(2880);
      await call(page, "PATCH", "/api/lembretes", { vespera_minutos: null });
      expect(await overflows(page)).toBe(false);
      expect(await violations(page)).toEqual([]);
    });
  }

  test("of a professional go before the clinic's, and can be given back", async () => {
    const page = await open("prosaude", "/app/ajustes/lembretes", { login: SECRETARIA });
    await page.getByLabel("De quem").selectOption({ label: "Dra. Helena Prado" });
    const enviar = page.getByLabel("Enviar").first();
    await enviar.selectOption({ label: "Não" });
    await page.getByText("Os pacientes não recebem esta mensagem.").waitFor();
    await page.getByRole("button", { name: "Salvar lembretes" }).click();
    await page.getByText("Lembretes salvos.").waitFor();
    await enviar.selectOption({ label: "Como na clínica (sim)" });
    await page.getByRole("button", { name: "Salvar lembretes" }).click();
    await page.getByRole("button", { name: "Desfazer mudanças" }).waitFor({ state: "detached" });
    const { medicos } = await call<{ medicos: { id: number; nome: string }[] }>(page, "GET", "/api/medicos");
    const { id } = medicos.find(({ nome }) => nome.includes("Helena"))!;
    const { proprias } = await call<{ proprias: { confirmacao_ativo: boolean | null } }>(page, "GET", `/api/medicos/${id}/lembretes`);
    expect(proprias.confirmacao_ativo).toBeNull();
  });
});

test.each([DESKTOP, PHONE])("a clinic opens on a holiday, and closes again, %i px", async (width) => {
  const page = await open("prosaude", "/app/ajustes/feriados", { login: SECRETARIA, again: true, width });
  await page.getByRole("button", { name: "Abrir em Tiradentes" }).click();
  await page.getByRole("button", { name: "Fechar em Tiradentes" }).click();
  await page.getByRole("button", { name: "Abrir em Tiradentes" }).waitFor();
  expect(await overflows(page)).toBe(false);
  expect(await violations(page)).toEqual([]);
});

test.each([DESKTOP, PHONE])("rules say what they mean, and are the clinic's, %i px", async (width) => {
  const page = await open("prosaude", "/app/ajustes/regras", { login: GESTORA, again: true, width });
  const before = await call<{ antecedencia_minutos: number }>(page, "GET", "/api/clinica");
  await page.getByLabel("Unidade de Antecedência mínima").selectOption("horas");
  await page.getByLabel("Antecedência mínima", { exact: true }).fill("3");
  await page.getByText("O paciente marca até 3 horas antes.").waitFor();
  await page.getByRole("button", { name: "Salvar regras" }).click();
  await page.getByText("Regras salvas.").waitFor();
  expect(await call(page, "GET", "/api/clinica")).toMatchObject({ antecedencia_minutos: 180 });
  await call(page, "PATCH", "/api/clinica", { antecedencia_minutos: before.antecedencia_minutos });
  expect(await overflows(page)).toBe(false);
  expect(await violations(page)).toEqual([]);
});

describe("a médico who does not manage", () => {
  for (const width of [DESKTOP, PHONE]) {
    test(`has only what is theirs, ${width} px`, async () => {
      const page = await open("prosaude", "/app/ajustes", { login: MEDICO, width });
      const sections = page.getByRole("navigation", { name: "Seções dos ajustes", includeHidden: true });
      await sections.getByRole("link", { name: /^Meus horários/ }).click();
      expect(await sections.getByRole("link", { includeHidden: true }).count()).toBe(4);
      expect(await page.getByText("Dra. Helena Prado").count()).toBe(0);
      expect(await page.getByLabel("Profissional", { exact: true }).count()).toBe(0);

      await page.goto(new URL("/app/ajustes/profissionais?item=3", page.url()).href);
      await page.getByRole("heading", { name: "Meu atendimento" }).waitFor();
      expect(await page.getByLabel("Nome", { exact: true }).count()).toBe(0);
      await page.getByText("paulo@prosaude.com").first().waitFor();

      await page.goto(new URL("/app/ajustes/equipe", page.url()).href);
      await page.getByText("Esta seção não existe").waitFor();
      expect(await violations(page)).toEqual([]);
    });
  }
});

describe("the team", () => {
  for (const width of [DESKTOP, PHONE]) {
    test(`is invited, changed and loses its access, ${width} px`, async () => {
      const page = await open("prosaude", "/app/ajustes/equipe", { login: GESTORA, width });
      const nome = unique("Recepção");
      await page.getByRole("button", { name: "Convidar pessoa" }).click();
      const form = page.getByRole("dialog");
      await form.getByLabel("Nome").fill(nome);
      await form.getByLabel("E-mail").fill(`${nome.split(" ")[1]}@prosaude.com`);
      await form.getByRole("button", { name: "Convidar" }).click();
      await page.getByRole("dialog", { name: `Convite para ${nome}` }).getByRole("button", { name: "Pronto" }).click();
      await page.getByRole("button", { name: `Editar ${nome}` }).click();
      await form.getByRole("checkbox", { name: "Gestão" }).check();
      await form.getByRole("button", { name: "Salvar" }).click();
      await page.getByText("Recepção · gestão").first().waitFor();
      await page.getByRole("button", { name: `Tirar acesso de ${nome}` }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Tirar o acesso" }).click();
      await page.getByRole("button", { name: `Devolver acesso de ${nome}` }).waitFor();
      expect(await overflows(page)).toBe(false);
      expect(await violations(page)).toEqual([]);
    });
  }
});
