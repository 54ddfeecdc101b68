/** The people a clinic treats: found, made, changed, made one, and forgotten when they ask for it. */
import type { Page } from "playwright-core";
import { describe, it } from "vitest";
import { DESKTOP, PHONE, call, expect, open, overflows, unique, violations } from "./harness";

const MANAGER = "tania@prosaude.com";
const DESK = "secretaria@prosaude.com";

interface Patient {
  id: number;
  nome: string;
}

/** A mobile number nobody has. */
const mobile = () => `119${String(Math.floor(10_000_000 + Math.random() * 89_999_999))}`;
const made = (page: Page, patient: Record<string, unknown>) => call<Patient>(page, "POST", "/api/pacientes", patient);
const saved = (page: Page) => page.getByRole("button", { name: "Registrar", exact: true });

describe.each([
  ["desktop", DESKTOP],
  ["phone", PHONE],
])("patients on a %s", (_, width) => {
  it("are made, with what is wrong told at its field, and changed", async () => {
    const page = await open("prosaude", "/app/pacientes", { login: DESK, width });
    const name = unique("Beatriz Jornada");
    await page.getByRole("button", { name: "Novo paciente" }).click();
    const form = page.getByRole("dialog", { name: "Novo paciente" });
    await form.getByRole("button", { name: "Cadastrar" }).click();
    await form.getByText("Escreva o nome da pessoa.").waitFor();
    await form.getByLabel("Nome completo").fill(name);
    await form.getByLabel("CPF").pressSequentially("52998224726");
    await form.getByLabel("Nascimento").pressSequentially("02051980");
    await form.getByText("Confira o CPF: os dígitos não conferem.").waitFor();
    await form.getByText(/^\d+ anos$/).waitFor();
    await form.getByLabel("CPF").fill("");
    await form.getByLabel("Telefone").pressSequentially(mobile());
    expect(await form.getByLabel("Telefone").inputValue()).toMatch(/^\(11\) 9\d{4}-\d{4}$/);
    await form.getByRole("button", { name: "Cadastrar" }).click();

    await page.getByRole("heading", { name, level: 1 }).waitFor();
    await page.getByText("02/05/1980").waitFor();
    expect(await page.getByRole("link", { name: "Marcar consulta" }).getAttribute("href")).toMatch(/^\/app\/agenda\?marcar=\d+$/);
    await page.getByRole("button", { name: "Editar" }).click();
    const edit = page.getByRole("dialog", { name: "Editar cadastro" });
    await edit.getByLabel("Nascimento").fill("");
    await edit.getByLabel("Observações").fill("Usa cadeira de rodas");
    await edit.getByRole("button", { name: "Salvar" }).click();
    await page.getByText("Usa cadeira de rodas").waitFor();
    await page.getByText("02/05/1980").waitFor({ state: "detached" });
    expect(await overflows(page)).toBe(false);
    expect(await violations(page)).toEqual([]);
  });

  it("are found by name and phone, and a script in a name stays a name", async () => {
    const page = await open("prosaude", "/app/pacientes", { login: DESK, width });
    page.on("dialog", () => expect.unreachable("a name ran"));
    const phone = mobile();
    const name = unique("<img src=x onerror=alert(1)>");
    const { id } = await made(page, { nome: name, telefone: phone, observacoes: "<script>alert(1)</script>" });
    const search = page.getByRole("searchbox");
    await search.fill("ninguém se chama assim");
    await page.getByText("Ninguém com “ninguém se chama assim”").waitFor();
    await search.fill(phone);
    await page.getByRole("link", { name }).waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("link", { name }).click();
    await page.getByRole("heading", { name, level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/app/pacientes/${id}`);
    await page.goBack();
    expect(await search.inputValue()).toBe(phone);
  });

  it("who may be here already are told of while a new one is typed in", async () => {
    const page = await open("prosaude", "/app/pacientes", { login: DESK, width });
    const phone = mobile();
    const { id, nome } = await made(page, { nome: unique("Carlos Repetido"), telefone: phone });
    await page.getByRole("button", { name: "Novo paciente" }).click();
    const form = page.getByRole("dialog");
    await form.getByLabel("Nome completo").fill("Carlos");
    await form.getByLabel("Telefone").pressSequentially(phone);
    await form.getByRole("button", { name: `É a mesma pessoa: usar o cadastro de ${nome}` }).click();
    await page.getByRole("heading", { name: nome, level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/app/pacientes/${id}`);
  });

  it("that are one person are compared and made one", async () => {
    const page = await open("prosaude", "/app/pacientes", { login: DESK, width });
    const phone = mobile();
    const name = unique("Helena União");
    const first = await made(page, { nome: name, telefone: phone, observacoes: "Canhota" });
    const second = await made(page, { nome: `${name} Prado`, telefone: phone, observacoes: "Mora longe" });
    await page.getByRole("link", { name: "Repetidos" }).click();
    await page.getByRole("button", { name: new RegExp(`Comparar ${name} Prado`) }).click();
    const compare = page.getByRole("dialog", { name: "Comparar cadastros" });
    await compare.getByRole("radio", { name: `Cadastro ${second.id} fica` }).check();
    await compare.getByRole("cell", { name: "Mora longe Canhota" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await compare.getByRole("button", { name: "Unir cadastros" }).click();
    await page.getByRole("dialog", { name: "Unir os dois cadastros?" }).getByRole("button", { name: "Unir cadastros" }).click();
    await page.getByText(`Os cadastros de ${name} Prado agora são um só.`).waitFor();
    // The old address leads to the record that is left.
    await page.goto(page.url().replace(/\/app\/.*/, `/app/pacientes/${first.id}`));
    await page.getByRole("heading", { name: `${name} Prado`, level: 1 }).waitFor();
    await page.waitForURL(`**/app/pacientes/${second.id}`);
  });

  it("with different documents are told apart", async () => {
    const page = await open("prosaude", "/app/pacientes", { login: DESK, width });
    const cpfs = [cpf(), cpf()];
    const name = unique("Rui Homônimo");
    const [one, other] = [await made(page, { nome: name, cpf: cpfs[0] }), await made(page, { nome: `${name} Filho`, cpf: cpfs[1] })];
    await page.goto(page.url().replace(/\/app\/.*/, `/app/pacientes/${one.id}`));
    await page.getByRole("button", { name: "Unir a outro cadastro" }).click();
    await page.getByRole("combobox", { name: /do outro cadastro/ }).pressSequentially(other.nome);
    await page.getByRole("option", { name: other.nome }).click();
    const compare = page.getByRole("dialog", { name: "Comparar cadastros" });
    await compare.getByText(/CPFs diferentes/).waitFor();
    expect(await compare.getByRole("button", { name: "Unir cadastros" }).isDisabled()).toBe(true);
  });

  it("say what they agree to, and get a copy of their data", async () => {
    const page = await open("prosaude", "/app/pacientes", { login: DESK, width });
    const { id, nome } = await made(page, { nome: unique("Lia Consente"), telefone: mobile() });
    await page.goto(page.url().replace(/\/app\/.*/, `/app/pacientes/${id}`));
    await page.getByRole("group", { name: "Lembretes" }).getByRole("button", { name: "Não aceita" }).click();
    await saved(page).click();
    await page.getByRole("group", { name: "Lembretes" }).getByRole("button", { name: "Não aceita", pressed: true }).waitFor();
    await page.getByText("Histórico (1)").click();
    await page.getByText("Lembretes: não aceitou").waitFor();
    const [copy] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Baixar cópia" }).click()]);
    expect(copy.suggestedFilename()).toMatch(new RegExp(`^paciente-${id}-\\d{4}-\\d{2}-\\d{2}\\.json$`));
    const chunks: Buffer[] = [];
    for await (const chunk of await copy.createReadStream()) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toContain(nome);
    // Only who manages the clinic removes data, and sees who looked.
    expect(await page.getByRole("button", { name: "Remover dados pessoais" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Ver quem viu" }).count()).toBe(0);
  });

  it("are forgotten when they ask for it, after two questions", async () => {
    const page = await open("prosaude", "/app/pacientes", { login: MANAGER, width });
    const { id, nome } = await made(page, { nome: unique("Otávio Esquecido"), telefone: mobile() });
    await page.goto(page.url().replace(/\/app\/.*/, `/app/pacientes/${id}`));
    await page.getByRole("button", { name: "Ver quem viu" }).click();
    await page.getByRole("rowheader", { name: "Dra. Tânia Ribeiro" }).first().waitFor();
    await page.getByRole("button", { name: "Remover dados pessoais" }).click();
    const erase = page.getByRole("dialog");
    await erase.getByRole("button", { name: "Continuar" }).click();
    await erase.getByRole("button", { name: "Remover para sempre" }).click();
    await erase.getByText("Escreva REMOVER para confirmar.").waitFor();
    await erase.getByLabel(/Para confirmar/).fill("remover");
    await erase.getByRole("button", { name: "Remover para sempre" }).click();
    await erase.getByRole("heading", { name: "O que fica, e por quê" }).waitFor();
    await erase.getByText("Prontuário", { exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    await erase.getByRole("button", { name: "Ver os pacientes" }).click();
    await page.getByRole("searchbox").fill(nome);
    await page.getByText(`Ninguém com “${nome}”`).waitFor();
  });
});

/** A CPF that checks. */
function cpf(): string {
  const digits = Array.from({ length: 9 }, () => Math.floor(Math.random() * 10));
  for (const length of [9, 10]) {
    const sum = digits.reduce((all, digit, i) => all + digit * (length + 1 - i), 0);
    digits.push(sum % 11 < 2 ? 0 : 11 - (sum % 11));
  }
  return digits.join("");
}
