/** What the console does with plans, payments and invoices. What the night job and operators write is real; what only a bank sends is made up. */
import type { Page } from "playwright-core";
import { describe, it } from "vitest";
import { numericDay } from "../src/lib/dates";
import { money } from "../src/lib/words";
import { faturasOf, operator, owing } from "./faturas";
import { DESKTOP, PHONE, call, expect, open, overflows, unique, violations } from "./harness";

const FINANCEIRO = "financeiro@horariointeligente.com.br";
const NOTA = "Combinado com a clínica";

/** Who looks after money, at a page of the console. */
const financeiro = (path: string, width: number) => open("admin", path, { login: FINANCEIRO, again: true, width });

async function estado(admin: Page, clinic: number, fatura: number) {
  return (await faturasOf(admin, clinic)).find(({ id }) => id === fatura)?.estado;
}

describe.each([DESKTOP, PHONE])("at %i pixels", (width) => {
  it("registers a payment, notes that it came twice, and works through what is to be looked at", async () => {
    const admin = await operator();
    const clinic = await owing(admin);
    const [{ id, total_centavos }] = clinic.faturas;
    const page = await financeiro(`/console/faturas/${id}`, width);
    const dialog = page.getByRole("dialog");
    await page.getByText("Vencida", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Registrar pagamento" }).click();
    await dialog.getByLabel("Observação").fill("Chegou na conta");
    await dialog.getByRole("button", { name: "Registrar" }).click();
    await page.getByText("Paga", { exact: true }).first().waitFor();
    await page.getByText("Chegou na conta").waitFor();

    await page.getByRole("button", { name: "Chegou de novo" }).click();
    await dialog.getByText("A fatura continua paga.").waitFor();
    await dialog.getByRole("button", { name: "Registrar" }).click();
    await page.getByText("Paga em dobro", { exact: true }).first().waitFor();
    expect(await estado(admin, clinic.id, id)).toBe("paga");
    expect(await violations(page)).toEqual([]);

    await page.getByRole("navigation", { name: "Principal" }).getByRole("link", { name: "Faturas" }).and(page.locator(":visible")).click();
    await page.getByRole("link", { name: /^A conferir \d/ }).click();
    await page.getByRole("heading", { name: "A conferir", level: 1 }).waitFor();
    const item = page.getByRole("listitem").filter({ hasText: clinic.nome });
    await item.getByText("A fatura já estava paga: este dinheiro é da clínica.").waitFor();
    await item.getByText(money(total_centavos)).first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    await page.getByRole("button", { name: `Conferido o pagamento da fatura nº ${id}` }).click();
    await dialog.getByText("prometa um desconto").waitFor();
    await dialog.getByLabel("O que foi feito").fill(NOTA);
    await dialog.getByRole("button", { name: "Conferido" }).click();
    await item.waitFor({ state: "detached" });
    await page.goto(page.url().replace("/a-conferir", `/${id}`));
    await page.getByText(`: ${NOTA}`).waitFor();
  });

  it("gives a payment back and opens the invoice again", async () => {
    const admin = await operator();
    const clinic = await owing(admin);
    const [{ id, total_centavos, vencimento }] = clinic.faturas;
    await call(admin, "POST", `/api/admin/faturas/${id}/pagamento`, { meio: "pix" });
    const page = await financeiro(`/console/faturas/${id}`, width);
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Registrar estorno" }).waitFor();
    expect(await page.getByRole("button", { name: "Reabrir" }).count()).toBe(0);
    await page.getByRole("button", { name: "Registrar estorno" }).click();
    await dialog.getByLabel("Motivo").fill("Pagou a conta errada");
    await dialog.getByRole("button", { name: "Registrar estorno" }).click();
    await page.getByRole("button", { name: "Reabrir" }).waitFor();
    expect(await estado(admin, clinic.id, id)).toBe("estornada");
    await page.getByRole("button", { name: "Reabrir" }).click();
    await dialog.getByText(`volta a dever ${money(total_centavos)}, com uma cobrança nova`).waitFor();
    await dialog.getByText(`O vencimento continua ${numericDay(vencimento)}`).waitFor();
    expect(await violations(page)).toEqual([]);
    await dialog.getByLabel("Motivo").fill("O dinheiro foi devolvido por engano");
    await dialog.getByRole("button", { name: "Reabrir fatura" }).click();
    await page.getByText("Vencida", { exact: true }).waitFor();
    expect(await estado(admin, clinic.id, id)).toBe("aberta");
    expect(await overflows(page)).toBe(false);
  });

  it("changes a clinic's plan at once, and says what the rest of the month costs", async () => {
    const admin = await operator();
    const nome = unique("Clínica Crescente");
    const { id, plano } = await call<{ id: number; plano: string }>(admin, "POST", "/api/admin/clientes", { nome, subdomain: `cresce-${nome.split(" ").at(-1)}` });
    const page = await financeiro(`/console/clinicas/${id}/dinheiro`, width);
    await page.getByRole("button", { name: "Mudar de plano" }).click();
    const dialog = page.getByRole("dialog");
    const option = dialog.getByLabel("Plano novo").getByRole("option").last();
    const [titulo] = (await option.innerText()).split(",");
    await dialog.getByLabel("Plano novo").selectOption((await option.getAttribute("value"))!);
    await dialog.getByRole("radio", { name: /^agora/ }).check();
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Mudar o plano" }).click();
    await page.getByRole("dialog", { name: "Plano alterado" }).getByText("Na próxima fatura").waitFor();
    expect(await overflows(page)).toBe(false);
    await page.getByRole("button", { name: "Pronto" }).click();
    await page.getByText(`${titulo}, R$`).waitFor();
    expect((await call<{ plano: string }>(admin, "GET", `/api/admin/clientes/${id}`)).plano).not.toBe(plano);
  });

  it("shows what the gateway sent and nobody can read as what it is, and lets it go", async () => {
    const page = await financeiro("/console/saude", width);
    await page.getByRole("heading", { name: "Saúde", level: 1 }).waitFor();
    // No gateway is told of in a system of one's own, so none of its notices is taken: this one is made up at the API's door.
    let ilegiveis = [{ id: 9, origem: "asaas", bytes: 61, corpo: '{"event": "PAYMENT_<b>NOVO</b>"}', recebido_em: "2026-11-10T12:00:00Z" }];
    const sent: unknown[] = [];
    await page.route("**/api/admin/pagamentos/a-conferir", (route) => route.fulfill({ json: { pagamentos: [], ilegiveis } }));
    await page.route("**/api/admin/pagamentos/ilegiveis/9", (route) => {
      sent.push(route.request().postDataJSON());
      ilegiveis = [];
      return route.fulfill({ status: 204 });
    });
    await page.goto(page.url().replace("/saude", "/faturas/a-conferir"));
    await page.getByText("Ver o que veio").waitFor();
    expect(await page.getByText("PAYMENT_").isVisible()).toBe(false);
    await page.getByText("Ver o que veio").click();
    await page.getByText('{"event": "PAYMENT_<b>NOVO</b>"}').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    await page.getByRole("button", { name: /^Conferido o aviso/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("o que o aviso dizia é apagado").waitFor();
    await dialog.getByLabel("O que foi feito").fill("Era um teste do gateway");
    await dialog.getByRole("button", { name: "Conferido" }).click();
    await page.getByText("Nada a conferir").waitFor();
    expect(sent).toEqual([{ nota: "Era um teste do gateway" }]);
  });
});
