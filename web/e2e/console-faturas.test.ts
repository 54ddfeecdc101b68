/** What the console does with payments and invoices. Both are made up at the API's door: the night job and the gateway write real ones. */
import type { Page, Route } from "playwright-core";
import { describe, it } from "vitest";
import { DESKTOP, PHONE, expect, open, overflows, violations } from "./harness";

const FINANCEIRO = "financeiro@horariointeligente.com.br";
const NOTA = "Combinado com a clínica";

const item = { id: 41, motivo: "em_dobro", fatura_id: 7, cliente_id: 1, cliente_nome: "Clínica Teste", competencia: "2026-10-01", estado: "paga", total_centavos: 24900 };
const evento = { origem: "operador", operador_id: 1, observacao: null, conferir: null, conferido_em: null, conferido_nota: null };

/** The invoice 7, paid and then what becomes of it; and what waits to be looked at. */
class Money {
  estado = "paga";
  eventos: object[] = [{ ...evento, tipo: "paga", nome: "pix", centavos: 24900, ocorrido_em: "2026-11-09T12:00:00Z", recebido_em: "2026-11-09T12:00:00Z" }];
  pagamentos: object[] = [];
  ilegiveis: object[] = [{ id: 9, origem: "asaas", bytes: 61, corpo: '{"event": "PAYMENT_<b>NOVO</b>"}', recebido_em: "2026-11-10T12:00:00Z" }];
  /** What was sent, in order: method, path, body. */
  sent: [string, string, unknown][] = [];

  get fatura() {
    return {
      id: 7,
      cliente_id: 1,
      cliente_nome: "Clínica Teste",
      competencia: "2026-10-01",
      estado: this.estado,
      vencida: false,
      vencimento: "2026-11-10",
      emitida_em: "2026-11-01T12:00:00Z",
      plano: "profissional",
      total_centavos: 24900,
      pagador_nome: "Clínica Teste Ltda",
      pagador_documento: "12345678000190",
      itens: [{ tipo: "plano", descricao: "Plano Profissional", quantidade: 1, unitario_centavos: 24900, total_centavos: 24900 }],
      eventos: this.eventos,
    };
  }

  async answers(page: Page): Promise<void> {
    await page.route(/\/api\/admin\/(pagamentos|faturas)/, (route) => this.#answer(route));
  }

  #answer(route: Route) {
    const request = route.request();
    const path = new URL(request.url()).pathname.replace("/api/admin/", "");
    if (request.method() !== "GET") this.sent.push([request.method(), path, request.postDataJSON()]);
    const at = "2026-11-11T12:00:00Z";
    if (path === "pagamentos") return route.fulfill({ json: { pagamentos: [] } });
    if (path === "pagamentos/a-conferir") return route.fulfill({ json: { pagamentos: this.pagamentos, ilegiveis: this.ilegiveis } });
    if (path === "pagamentos/a-conferir/41") {
      this.pagamentos = [];
      this.eventos = this.eventos.map((one) => ("conferir" in one && one.conferir ? { ...one, conferido_em: at, conferido_nota: NOTA } : one));
      return route.fulfill({ status: 204 });
    }
    if (path.startsWith("pagamentos/ilegiveis/")) {
      this.ilegiveis = [];
      return route.fulfill({ status: 204 });
    }
    if (path.endsWith("/pagamento")) {
      this.eventos = [...this.eventos, { ...evento, tipo: "nota", nome: "pix", centavos: 24900, ocorrido_em: at, recebido_em: at, conferir: "em_dobro" }];
      this.pagamentos = [{ ...item, centavos: 24900, origem: "operador", nome: "pix", cobranca: null, ocorrido_em: at }];
    }
    if (path.endsWith("/estorno")) this.estado = "estornada";
    if (path.endsWith("/reabertura")) this.estado = "aberta";
    return route.fulfill({ json: path === "faturas" ? { faturas: [this.fatura], proximo: null } : this.fatura });
  }
}

describe.each([DESKTOP, PHONE])("at %i pixels", (width) => {
  it("notes a payment that came twice, and works through what is to be looked at", async () => {
    const page = await open("admin", "/console/saude", { login: FINANCEIRO, width });
    await page.getByRole("heading", { name: "Saúde", level: 1 }).waitFor();
    const money = new Money();
    await money.answers(page);
    await page.goto(page.url().replace("/saude", "/faturas/7"));
    await page.getByRole("button", { name: "Chegou de novo" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("A fatura continua paga.").waitFor();
    await dialog.getByRole("button", { name: "Registrar" }).click();
    await page.getByText("Paga em dobro", { exact: true }).waitFor();
    expect(money.sent[0]).toMatchObject(["POST", "faturas/7/pagamento", { centavos: 24900, em_dobro: true }]);
    expect(await violations(page)).toEqual([]);

    await page.getByRole("navigation", { name: "Principal" }).getByRole("link", { name: "Faturas" }).and(page.locator(":visible")).click();
    await page.getByRole("link", { name: "A conferir 2" }).click();
    await page.getByRole("heading", { name: "A conferir", level: 1 }).waitFor();
    await page.getByText("A fatura já estava paga: este dinheiro é da clínica.").waitFor();
    expect(await page.getByText("PAYMENT_").isVisible()).toBe(false);
    await page.getByText("Ver o que veio").click();
    await page.getByText('{"event": "PAYMENT_<b>NOVO</b>"}').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);

    await page.getByRole("button", { name: "Conferido o pagamento da fatura nº 7" }).click();
    await dialog.getByText("prometa um desconto").waitFor();
    await dialog.getByLabel("O que foi feito").fill(NOTA);
    await dialog.getByRole("button", { name: "Conferido" }).click();
    await page.getByRole("heading", { name: "Pagamentos" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: /^Conferido o aviso/ }).click();
    await dialog.getByText("o que o aviso dizia é apagado").waitFor();
    await dialog.getByLabel("O que foi feito").fill("Era um teste do gateway");
    await dialog.getByRole("button", { name: "Conferido" }).click();
    await page.getByText("Nada a conferir").waitFor();
    expect(money.sent.slice(1)).toEqual([
      ["PUT", "pagamentos/a-conferir/41", { nota: NOTA }],
      ["PUT", "pagamentos/ilegiveis/9", { nota: "Era um teste do gateway" }],
    ]);
    await page.goto(page.url().replace("/a-conferir", "/7"));
    await page.getByText(`: ${NOTA}`).waitFor();
  });

  it("gives a payment back and opens the invoice again", async () => {
    const page = await open("admin", "/console/saude", { login: FINANCEIRO, width });
    await page.getByRole("heading", { name: "Saúde", level: 1 }).waitFor();
    const money = new Money();
    await money.answers(page);
    await page.goto(page.url().replace("/saude", "/faturas/7"));
    expect(await page.getByRole("button", { name: "Reabrir" }).count()).toBe(0);
    await page.getByRole("button", { name: "Registrar estorno" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Motivo").fill("Pagou a conta errada");
    await dialog.getByRole("button", { name: "Registrar estorno" }).click();
    await page.getByRole("button", { name: "Reabrir" }).click();
    await dialog.getByText("volta a dever R$ 249,00, com uma cobrança nova").waitFor();
    await dialog.getByText("O vencimento continua 10/11/2026").waitFor();
    expect(await violations(page)).toEqual([]);
    await dialog.getByLabel("Motivo").fill("O dinheiro foi devolvido por engano");
    await dialog.getByRole("button", { name: "Reabrir fatura" }).click();
    await page.getByText("Aberta", { exact: true }).waitFor();
    expect(money.sent.map(([, path]) => path)).toEqual(["faturas/7/estorno", "faturas/7/reabertura"]);
    expect(await overflows(page)).toBe(false);
  });
});
