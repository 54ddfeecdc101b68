/** A clinic nobody has used yet is led to working: made by the operator, entered by invitation, empty. */
import type { Page } from "playwright-core";
import { describe, test } from "vitest";
import { DESKTOP, PHONE, call, expect, open, overflows, violations } from "./harness";

const OPERADOR = "operador@horariointeligente.com.br";
const PASSWORD = "uma senha boa";

/** A new clinic, with its manager at its agenda. */
async function found(width: number): Promise<Page> {
  const operator = await open("admin", "/console", { login: OPERADOR });
  const host = `nova${Math.random().toString(36).slice(2, 8)}`;
  const { id } = await call<{ id: number }>(operator, "POST", "/api/admin/clientes", { nome: "Clínica Nova", subdomain: host });
  const { link } = await call<{ link: string }>(operator, "POST", `/api/admin/clientes/${id}/convites`, { nome: "Marina Costa", email: `gestora@${host}.com.br`, tipo: "secretaria" });
  const guest = await open(host, `/convite#${link.split("#")[1]}`, { width });
  await guest.getByLabel("Escolha uma senha").fill(PASSWORD);
  await guest.getByRole("checkbox", { name: /Li e aceito/ }).check();
  await guest.getByRole("button", { name: "Começar" }).click();
  await guest.waitForURL("**/app/agenda");
  return guest;
}

const card = (page: Page) => page.getByRole("region", { name: "Primeiros passos" });

describe("the first steps", () => {
  for (const width of [DESKTOP, PHONE]) {
    test(`lead from the first professional on, and can be put aside, ${width} px`, async () => {
      const page = await found(width);
      await card(page).getByText(/^\d de 5 feitos$/).waitFor();
      await card(page).getByRole("button", { name: "Cadastrar" }).click();
      await card(page).getByText("Escreva o nome de quem atende.").waitFor();
      await card(page).getByLabel("Nome de quem atende").fill("Dra. Marina Costa");
      await card(page).getByRole("button", { name: "Cadastrar" }).click();
      await card(page).getByText("Quem atende", { exact: true }).waitFor();
      await card(page).getByLabel("Nome de quem atende").waitFor({ state: "detached" });
      await card(page).getByRole("link", { name: "Conectar" }).waitFor();
      await card(page).getByRole("link", { name: /Fazer um teste/ }).waitFor();
      expect(await violations(page)).toEqual([]);
      expect(await overflows(page)).toBe(false);

      await card(page).getByRole("button", { name: "Deixar para depois" }).click();
      await page.reload();
      const reopen = page.getByRole("button", { name: /^Primeiros passos: \d de 5 feitos$/ });
      await reopen.click();
      await card(page).waitFor();
    });
  }

  test("are nobody's but the managers'", async () => {
    const page = await open("prosaude", "/app/agenda", { login: "secretaria@prosaude.com" });
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    expect(await card(page).count()).toBe(0);
  });
});
