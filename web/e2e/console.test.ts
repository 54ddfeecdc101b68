/** The operators' app: what each papel sees and may, and a clinic from the wizard to its closing. */
import type { Page } from "playwright-core";
import { describe, it } from "vitest";
import { settled } from "../scripts/pages.mjs";
import { DESKTOP, PHONE, expect, open, overflows, unique, violations } from "./harness";

const WHO = (name: string) => `${name}@horariointeligente.com.br`;
const menu = async (page: Page) => {
  await page.getByRole("heading", { name: "Clínicas", level: 1 }).waitFor();
  // Beside a name may be how many wait.
  const links = await page.getByRole("navigation", { name: "Principal" }).first().getByRole("link").allInnerTexts();
  return links.map((text) => text.trim().split("\n")[0]);
};

/** Opens a clinic however many there are: the list shows fifty at once, and every journey that makes one leaves it. */
async function openClinic(page: Page, nome: string) {
  await page.keyboard.press("/");
  await page.getByLabel("Procurar").fill(nome);
  await page.getByRole("link", { name: nome, exact: true }).click();
  await page.getByRole("heading", { name: nome, level: 1 }).waitFor();
}

describe("each papel", () => {
  it("admin sees all pages, in both themes", async () => {
    const page = await open("admin", "/console", { login: WHO("operador") });
    expect(await menu(page)).toEqual(["Clínicas", "Planos", "Faturas", "Receita", "Uso", "Incidentes", "Auditoria", "Operadores", "Saúde"]);
    for (const name of ["Planos", "Faturas", "Receita", "Uso", "Incidentes", "Auditoria", "Operadores", "Saúde"]) {
      await page.getByRole("link", { name: new RegExp(`^${name}( |$)`) }).click();
      await page.getByRole("heading", { name, level: 1 }).waitFor();
      await settled(page);
      expect(await violations(page), name).toEqual([]);
    }
  });

  it("financeiro sees money and no incidents", async () => {
    const page = await open("admin", "/console", { login: WHO("financeiro") });
    expect(await menu(page)).toEqual(["Clínicas", "Planos", "Faturas", "Receita", "Uso", "Saúde"]);
    expect(await page.getByRole("link", { name: "Nova clínica" }).count()).toBe(0);
    await openClinic(page, "Clínica Teste");
    await page.getByRole("link", { name: "Plano e dinheiro" }).click();
    await page.getByRole("heading", { name: "Assinatura" }).waitFor();
    expect(await page.getByRole("button", { name: "Encerrar" }).count()).toBe(0);
    await page.goto(page.url().replace(/\/console.*/, "/console/incidentes"));
    await page.getByText("Seu perfil não tem acesso a esta página").waitFor();
  });

  it("suporte sees clinics and no money", async () => {
    const page = await open("admin", "/console", { login: WHO("suporte") });
    expect(await menu(page)).toEqual(["Clínicas", "Uso", "Incidentes", "Saúde"]);
    await openClinic(page, "Clínica Teste");
    await page.getByRole("heading", { name: "Implantação" }).waitFor();
    expect(await page.getByRole("link", { name: "Plano e dinheiro" }).count()).toBe(0);
    expect(await page.getByText("R$").count()).toBe(0);
    await page.goto(page.url().replace(/\/console.*/, "/console/faturas"));
    await page.getByText("Seu perfil não tem acesso a esta página").waitFor();
  });
});

describe.each([DESKTOP, PHONE])("at %i pixels", (width) => {
  it("implants a clinic, suspends, reactivates and closes it", async () => {
    const page = await open("admin", "/console/clinicas/nova", { login: WHO("operador"), width, expects: [409, 422] });
    const nome = unique("Clínica do Teste");
    await page.getByRole("button", { name: "Continuar" }).click();
    await page.getByText("Escreva o nome da clínica.").waitFor();
    await page.getByLabel("Nome").fill(nome);
    const subdomain = await page.getByLabel("Endereço na internet").inputValue();
    expect(subdomain).toMatch(/^do-teste-/);
    await page.getByLabel("Estado").selectOption("MG");
    await page.getByRole("button", { name: "Continuar" }).click();
    await page.getByLabel("E-mail").fill(`${subdomain}@exemplo.com.br`);
    await page.getByRole("button", { name: "Continuar" }).click();
    await page.getByLabel("Número do WhatsApp").fill(`+55 34 9${String(10_000_000 + Math.floor(Math.random() * 89_999_999))}`);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Implantar" }).click();

    await page.getByRole("heading", { name: `${nome} está pronta` }).waitFor();
    await page.getByAltText("Código QR para conectar o WhatsApp da clínica").waitFor();
    expect(await page.getByLabel("Link do convite").inputValue()).toContain(`http://${subdomain}.`);
    await page.getByText("Clínica cadastrada (feito)").waitFor();
    await page.getByText("WhatsApp conectado (falta)").waitFor();
    expect(await overflows(page)).toBe(false);

    await page.getByRole("link", { name: "Abrir a clínica" }).click();
    await page.getByRole("heading", { name: nome, level: 1 }).waitFor();
    await page.getByRole("button", { name: "Convidar quem administra" }).click();
    const invite = page.getByRole("dialog");
    expect(await invite.getByLabel("E-mail").inputValue()).toBe(`${subdomain}@exemplo.com.br`);
    await invite.getByLabel("Nome").fill("Rita Souza");
    await invite.getByRole("button", { name: "Convidar" }).click();
    expect(await invite.getByLabel("Link do convite").inputValue()).toContain(`http://${subdomain}.`);
    await invite.getByRole("button", { name: "Copiar" }).click();
    await invite.getByText(/Link copiado|O texto está marcado/).waitFor();
    await invite.getByRole("button", { name: "Pronto" }).click();

    await page.getByRole("button", { name: "Suspender" }).click();
    await page.getByRole("dialog").getByLabel("Motivo").fill("Pedido do teste");
    await page.getByRole("dialog").getByRole("button", { name: "Suspender" }).click();
    await page.getByText("A clínica lê: “Pedido do teste”").waitFor();
    await page.getByRole("button", { name: "Reativar" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Reativar" }).click();
    await page.getByText("Ativa", { exact: true }).waitFor();

    await page.getByRole("button", { name: "Encerrar" }).click();
    const close = page.getByRole("dialog").getByRole("button", { name: "Encerrar de vez" });
    expect(await close.isDisabled()).toBe(true);
    await page.getByRole("dialog").getByRole("textbox").fill(subdomain);
    await close.click();
    await page.getByText("O endereço e a agenda não respondem mais.").waitFor();
  });

  it("implants a clinic again, and makes another invitation", async () => {
    const page = await open("admin", "/console/clinicas/nova", { login: WHO("operador"), width });
    const nome = unique("Clínica de Novo");
    const implant = async () => {
      await page.getByLabel("Nome").fill(nome);
      await page.getByRole("button", { name: "Continuar" }).click();
      await page.getByLabel("E-mail").fill("gestora@exemplo.com.br");
      await page.getByRole("button", { name: "Continuar" }).click();
      await page.getByRole("button", { name: "Implantar" }).click();
    };
    await implant();
    const first = await page.getByLabel("Link do convite").inputValue();
    await page.getByRole("button", { name: "Implantar outra" }).click();
    await implant();
    await page.getByText("continuamos de onde parou").waitFor();
    await page.getByText("O convite já tinha ido para gestora@exemplo.com.br").waitFor();
    await page.getByRole("button", { name: "Novo convite" }).click();
    const second = await page.getByLabel("Link do convite").inputValue();
    expect(second).not.toBe(first);
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
  });

  it("finds a clinic by part of its name, from anywhere", async () => {
    const page = await open("admin", "/console/saude", { login: WHO("operador"), width });
    await page.getByRole("heading", { name: "Saúde", level: 1 }).waitFor();
    await page.keyboard.press("/");
    await page.getByLabel("Procurar").fill("marco");
    await page.getByRole("link", { name: "Dr. Marco Clínica" }).waitFor();
    await page.getByRole("link", { name: "Clínica Teste", exact: true }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "Dr. Marco Clínica" }).click();
    await page.getByRole("heading", { name: "Dr. Marco Clínica", level: 1 }).waitFor();
  });
});

describe.each([DESKTOP, PHONE])("an incident at %i pixels", (width) => {
  it("is followed from its clock to its end", async () => {
    const page = await open("admin", "/console/incidentes", { login: WHO("operador"), again: true, width });
    const titulo = unique("Planilha enviada a outro");
    await page.getByRole("button", { name: "Registrar incidente" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Título").fill(titulo);
    await dialog.getByLabel("O que aconteceu").fill("Uma planilha com telefones foi a quem não devia.");
    await dialog.getByLabel("Contato").check();
    await dialog.getByRole("button", { name: "Registrar" }).click();
    await page.getByRole("heading", { name: titulo, level: 1 }).waitFor();
    await page.getByText("Em apuração").waitFor();

    await page.getByRole("button", { name: "Completar" }).click();
    const now = new Date().toLocaleString("sv-SE", { timeZone: "America/Sao_Paulo" }).replace(" ", "T").slice(0, 16);
    await dialog.getByLabel("Conhecido desde").fill(now);
    await dialog.getByRole("button", { name: "Salvar" }).click();
    await page.getByText(/^Faltam \d/).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);

    await page.getByRole("button", { name: "Encerrar" }).click();
    await dialog.getByLabel("Conclusão").fill("Os telefones eram de teste: ninguém foi atingido.");
    await dialog.getByRole("button", { name: "Encerrar" }).click();
    await page.getByText("Encerrado", { exact: true }).first().waitFor();
  });
});
