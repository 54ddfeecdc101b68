/** What a clinic pays, as its managers see it: its plan, its invoices, and the way back when it is suspended. */
import { describe, test } from "vitest";
import { monthOf, numericDay } from "../src/lib/dates";
import { month } from "../src/lib/month";
import { manager, operator, owing } from "./faturas";
import { DESKTOP, PHONE, call, expect, open, overflows, violations } from "./harness";

const GESTORA = "tania@prosaude.com";

describe.each([DESKTOP, PHONE])("the plan at %i px", (width) => {
  test("shows its use against its limits", async () => {
    const page = await open("prosaude", "/app/plano", { login: GESTORA, again: true, width });
    await page.getByRole("heading", { name: /^Plano /, level: 2 }).waitFor();
    const meter = page.getByRole("meter", { name: "Profissionais" });
    await meter.waitFor();
    expect(await meter.getAttribute("aria-valuetext")).toMatch(/^\d+ de \d+$/);
    await page.getByRole("region", { name: "Uso mês a mês" }).waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await violations(page)).toEqual([]);
  });

  test("is paid by Pix, and says when the payment came", async () => {
    const admin = await operator();
    const clinic = await owing(admin);
    const [late, last] = clinic.faturas;
    const page = await manager(admin, clinic, { width });
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(new URL("/app/plano", page.url()).href);
    await page.getByRole("heading", { name: `Fatura de ${monthOf(late.competencia)}` }).waitFor();
    await page.getByText(`Venceu em ${numericDay(late.vencimento)}`).first().waitFor();
    await page.getByText("Depois desta há mais uma fatura em aberto.").waitFor();
    await page.getByRole("img", { name: "Código QR do Pix" }).waitFor();
    // The code is the bank's to read: it names the invoice's amount.
    const amount = (late.total_centavos / 100).toFixed(2);
    expect(await page.getByLabel("Código do Pix").inputValue()).toMatch(new RegExp(`^000201.*54\\d\\d${amount}58`));
    await page.getByRole("button", { name: "Copiar código" }).click();
    await page.getByText(/Código copiado|O texto está marcado/).waitFor();

    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: `Baixar o PDF da fatura de ${month(last.competencia)}` }).click();
    expect((await waiting).suggestedFilename()).toBe(`fatura-${last.competencia.slice(0, 7)}.pdf`);
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);

    // No bank is here to say so: the operator does.
    await call(admin, "POST", `/api/admin/faturas/${late.id}/pagamento`, { meio: "pix" });
    await page.getByText("Pagamento recebido. Obrigado!").waitFor({ timeout: 20_000 });
    await page.getByRole("heading", { name: `Fatura de ${monthOf(last.competencia)}` }).waitFor();
    await call(admin, "POST", `/api/admin/faturas/${last.id}/pagamento`, { meio: "boleto" });
    await page.getByRole("button", { name: "Copiar código" }).waitFor({ state: "detached", timeout: 20_000 });
  });

  test("of a suspended clinic can still be paid, and the agenda comes back with its access", async () => {
    const admin = await operator();
    const clinic = await owing(admin);
    const page = await manager(admin, clinic, { width, expects: [402] });
    const motivo = `Fatura de ${monthOf(clinic.faturas[0].competencia)} em aberto.`;
    await call(admin, "POST", `/api/admin/clientes/${clinic.id}/suspensao`, { motivo });
    await page.goto(new URL("/app/agenda", page.url()).href);
    await page.getByRole("heading", { name: "Acesso suspenso" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("link", { name: "Ver a fatura" }).click();
    await page.getByRole("heading", { name: "O acesso está suspenso" }).waitFor();
    await page.getByText(motivo).waitFor();
    await page.getByLabel("Código do Pix").waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);

    await call(admin, "DELETE", `/api/admin/clientes/${clinic.id}/suspensao`);
    const agenda = page.getByRole("button", { name: "Marcar", exact: true }).or(page.getByRole("region", { name: "Primeiros passos" })).first();
    // A process that knew the clinic as suspended believes it for some seconds more; the page looks again by itself.
    await page.goto(new URL("/app/agenda", page.url()).href);
    await agenda.waitFor({ timeout: 45_000 });
  });
});

test("the plan is not for who does not manage the clinic", async () => {
  const page = await open("prosaude", "/app/plano", { login: "secretaria@prosaude.com" });
  await page.getByText("Seu perfil não tem acesso a esta página").waitFor();
  expect(await page.getByRole("link", { name: "Plano e faturas" }).count()).toBe(0);
});
