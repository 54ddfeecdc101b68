/** What the clinic counts, by period and professional, on the screen and as a file. */
import { describe, it } from "vitest";
import { DESKTOP, PHONE, expect, open, overflows, violations } from "./harness";

const MANAGER = "tania@prosaude.com";

describe.each([
  ["desktop", DESKTOP],
  ["phone", PHONE],
])("reports on a %s", (_, width) => {
  it("say at a glance how full the clinic is and who comes, beside the period before", async () => {
    const page = await open("prosaude", "/app/relatorios", { login: MANAGER, width });
    await page.getByText(/^(\d\d\/\d\d.* a .*|.* de \d{4}), comparado com /).waitFor();
    for (const name of ["Ocupação", "Comparecimento", "Cancelamentos", "Receita"]) await page.getByRole("heading", { name, exact: true }).waitFor();
    const occupancy = page.getByRole("table", { name: "Ocupação por profissional" });
    await occupancy.getByRole("rowheader", { name: "Dra. Tânia Ribeiro" }).waitFor();
    await page.getByRole("table", { name: "Quanto de cada dia está ocupado" }).waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await violations(page)).toEqual([]);
  });

  it("follow the period and the professional, and keep them in the address", async () => {
    const page = await open("prosaude", "/app/relatorios", { login: MANAGER, width });
    await page.getByLabel("Período").selectOption({ label: "Próximos 30 dias" });
    await page.getByLabel("Profissional", { exact: true }).selectOption({ label: "Dra. Helena Prado" });
    await page.waitForURL(/periodo=proximos.*medico=\d+/);
    const rows = page.getByRole("table", { name: "Ocupação por profissional" }).getByRole("rowheader");
    await expect.poll(() => rows.allInnerTexts(), { timeout: 15_000 }).toEqual(["Dra. Helena Prado"]);
    await page.reload();
    await expect.poll(() => rows.allInnerTexts(), { timeout: 15_000 }).toEqual(["Dra. Helena Prado"]);
    await page.getByLabel("Período").selectOption({ label: "Outras datas" });
    await page.getByLabel("Até").fill("2020-01-01");
    await page.getByText("O fim não pode vir antes do começo.").waitFor();
  });

  it("are separated otherwise, and handed out as a file", async () => {
    const page = await open("prosaude", "/app/relatorios?periodo=proximos", { login: MANAGER, width });
    await page.getByLabel("Comparecimento: separar por").selectOption({ label: "Dia da semana" });
    await page.getByRole("table", { name: "Comparecimento" }).getByRole("rowheader", { name: /-feira$/ }).first().waitFor();
    const saved = async () => {
      const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Comparecimento: baixar planilha" }).click()]);
      return file.suggestedFilename();
    };
    expect(await saved()).toMatch(/^comparecimento-dia_semana-\d{4}-\d{2}-\d{2}-\d{4}-\d{2}-\d{2}\.csv$/);
    await page.getByLabel("Profissional", { exact: true }).selectOption({ label: "Dra. Helena Prado" });
    await page.waitForURL(/medico=\d+/);
    expect(await saved()).toMatch(/^comparecimento-dia_semana-medico-\d+-\d{4}-\d{2}-\d{2}-\d{4}-\d{2}-\d{2}\.csv$/);
  });

  it("say once that nothing answers, and come when it does", async () => {
    const page = await open("prosaude", "/app/agenda", { login: MANAGER, width, expects: [0, 503] });
    let refused = 0;
    await page.route("**/api/relatorios/**", (route) => {
      refused += 1;
      return route.fulfill({ status: 503, contentType: "application/problem+json", body: "{}" });
    });
    await page.goto(page.url().replace(/\/app\/.*/, "/app/relatorios"));
    // Four reports of two periods ask one after the other; what stays is said once.
    await expect.poll(() => refused).toBe(8);
    await page.getByRole("button", { name: "Tentar de novo" }).first().waitFor();
    await expect.poll(() => page.getByRole("button", { name: "Tentar de novo" }).count()).toBe(1);
    await page.unroute("**/api/relatorios/**");
    await page.getByRole("button", { name: "Tentar de novo" }).click();
    await page.getByRole("table", { name: "Ocupação por profissional" }).waitFor();
  });
});
