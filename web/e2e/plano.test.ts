/** What a clinic pays, as its managers see it. Invoices are made up at the API's door: the night job writes real ones. */
import type { Page, Route } from "playwright-core";
import { describe, test } from "vitest";
import { DESKTOP, PHONE, expect, open, overflows, violations } from "./harness";

const GESTORA = "tania@prosaude.com";
const PIX = "00020126580014br.gov.bcb.pix0136a629532e-7693-4846-852d-1bbff817b5a8520400005303986540524";
const QR = `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h10v10H0z"/></svg>').toString("base64")}`;

const fatura = (id: number, competencia: string, estado: string, vencida = false) => ({
  id,
  cliente_id: 1,
  competencia,
  estado,
  vencida,
  vencimento: `${competencia.slice(0, 8)}10`,
  emitida_em: `${competencia}T12:00:00Z`,
  plano: "profissional",
  total_centavos: 24900,
  pagador_nome: "Clínica <img src=x onerror=alert(1)>",
  pix: estado === "aberta" ? PIX : null,
  paga_em: estado === "paga" ? `${competencia}T15:00:00Z` : null,
  paga_por: estado === "paga" ? "pix" : null,
});

interface Conta {
  suspensao?: string;
  estado?: string;
}

/** Answers for the invoices; what it gets can be changed while the page is open. */
async function invoices(page: Page, conta: Conta): Promise<void> {
  const first = () => fatura(7, "2026-10-01", conta.estado ?? "aberta", (conta.estado ?? "aberta") === "aberta");
  const json = (route: Route, body: unknown) => route.fulfill({ json: body });
  await page.route("**/api/faturas", (route) =>
    json(route, { plano: "profissional", plano_titulo: "Profissional", preco_centavos: 24900, vencimento_dia: 10, suspensao_motivo: conta.suspensao ?? null, faturas: [first(), fatura(6, "2026-09-01", "paga")] }),
  );
  await page.route(/\/api\/faturas\/\d+$/, (route) =>
    json(route, { ...first(), pix_qr: QR, itens: [{ tipo: "plano", descricao: "Plano Profissional", quantidade: 1, unitario_centavos: 24900, total_centavos: 24900 }] }),
  );
  await page.route("**/api/faturas/*/pdf", (route) => route.fulfill({ contentType: "application/pdf", body: "%PDF-1.4" }));
}

describe("the plan", () => {
  for (const width of [DESKTOP, PHONE]) {
    test(`shows its use against its limits, ${width} px`, async () => {
      const page = await open("prosaude", "/app/plano", { login: GESTORA, width });
      await page.getByRole("heading", { name: /^Plano /, level: 2 }).waitFor();
      const meter = page.getByRole("meter", { name: "Profissionais" });
      await meter.waitFor();
      expect(await meter.getAttribute("aria-valuetext")).toMatch(/^\d+ de \d+$/);
      await page.getByRole("region", { name: "Uso mês a mês" }).waitFor();
      expect(await overflows(page)).toBe(false);
      expect(await violations(page)).toEqual([]);
    });

    test(`is paid by Pix, and says when the payment came, ${width} px`, async () => {
      const page = await open("prosaude", "/app/agenda", { login: GESTORA, width });
      const conta: Conta = {};
      await invoices(page, conta);
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.goto(new URL("/app/plano", page.url()).href);
      await page.getByRole("heading", { name: "Fatura de outubro de 2026" }).waitFor();
      await page.getByText("Venceu em 10/10/2026").first().waitFor();
      await page.getByRole("img", { name: "Código QR do Pix" }).waitFor();
      await page.getByRole("button", { name: "Copiar código" }).click();
      await page.getByText(/Código copiado|O texto está marcado/).waitFor();

      const waiting = page.waitForEvent("download");
      await page.getByRole("button", { name: "Baixar o PDF da fatura de Setembro de 2026" }).click();
      expect((await waiting).suggestedFilename()).toBe("fatura-2026-09.pdf");
      expect(await violations(page)).toEqual([]);
      expect(await overflows(page)).toBe(false);

      conta.estado = "paga";
      await page.getByText("Pagamento recebido. Obrigado!").waitFor({ timeout: 20_000 });
      expect(await page.getByRole("button", { name: "Copiar código" }).count()).toBe(0);
    });
  }

  test("of a suspended clinic can still be paid", async () => {
    const page = await open("prosaude", "/static/termos.html", { login: GESTORA, expects: [402] });
    const refusal = { status: 402, contentType: "application/problem+json", body: JSON.stringify({ title: "Clínica suspensa", detail: "O acesso está suspenso por falta de pagamento.", codigo: "clinica_suspensa", status: 402 }) };
    await page.route((url) => url.pathname.startsWith("/api/"), (route) => (route.request().url().includes("/api/auth/") ? route.continue() : route.fulfill(refusal)));
    await invoices(page, { suspensao: "Fatura de outubro em aberto." });
    await page.goto(new URL("/app/agenda", page.url()).href);
    await page.getByRole("link", { name: "Ver a fatura" }).click();
    await page.getByRole("heading", { name: "O acesso está suspenso" }).waitFor();
    await page.getByText("Fatura de outubro em aberto.").waitFor();
    await page.getByLabel("Código do Pix").waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test("is not for who does not manage the clinic", async () => {
    const page = await open("prosaude", "/app/plano", { login: "secretaria@prosaude.com" });
    await page.getByText("Seu perfil não tem acesso a esta página").waitFor();
    expect(await page.getByRole("link", { name: "Plano e faturas" }).count()).toBe(0);
  });
});
