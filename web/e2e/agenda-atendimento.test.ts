/** The front desk's day: who arrives, is attended and leaves, and who does not come. */
import type { Page } from "playwright-core";
import { describe, test } from "vitest";
import { DESKTOP, PHONE, call, expect, open, overflows, unique, violations } from "./harness";

/** Where whoever attends is at the desk, too; and where nobody else looks at a day on which all come within minutes. */
const [CLINIC, XENIA] = ["clinicax", "xenia@clinicax.com.br"];

interface Visit {
  id: number;
  data: string;
  inicio_em: string;
  paciente_nome: string;
  status: string;
  chegada_em?: string | null;
}

/** The clinic's clock as it will be: "2026-11-30 18:04:10". */
const clock = (inMilliseconds = 0) => new Date(Date.now() + inMilliseconds).toLocaleString("sv-SE", { timeZone: "America/Sao_Paulo" });

/** A visit of the minute that comes next: at every hour of a day, an `encaixe` may be had then. */
async function soon(page: Page, nome: string): Promise<Visit> {
  const { medicos } = await call<{ medicos: { id: number }[] }>(page, "GET", "/api/medicos");
  // Some seconds are left to get there before it has begun, which would be too late.
  const [data, hora] = clock(70_000).split(" ");
  const body = { medico_id: medicos[0]!.id, data, hora: hora!.slice(0, 5), duracao: 15, encaixe: true, paciente_nome: unique(nome) };
  return call<Visit>(page, "POST", "/api/agendamentos", body);
}

const begun = (page: Page, { inicio_em }: Visit) => page.waitForTimeout(Math.max(0, Date.parse(inicio_em) - Date.now() + 500));
const kept = (page: Page, { id }: Visit) => call<Visit>(page, "GET", `/api/agendamentos/${id}`);

/** What the list says of a visit, and its drawer. */
const row = (page: Page, { paciente_nome }: Visit) => page.getByRole("button", { name: paciente_nome });
async function drawerOf(page: Page, visit: Visit) {
  await row(page, visit).click();
  return page.getByRole("dialog", { name: visit.paciente_nome });
}

// A minute is waited for.
describe.each([DESKTOP, PHONE])("at %i px", { timeout: 150_000 }, (width) => {
  test("who arrives is in the clinic, is attended and leaves, and the list says so at each step", async () => {
    const page = await open(CLINIC, "/app/agenda?ver=lista", { login: XENIA, again: true, width });
    const visit = await soon(page, "Chegada");
    // In the last minute before midnight it is tomorrow's.
    if (visit.data > clock().slice(0, 10)) await begun(page, visit);
    await page.goto(`${page.url().split("?")[0]}?ver=lista&dia=${visit.data}`);

    let drawer = await drawerOf(page, visit);
    await drawer.getByRole("button", { name: "Chegou" }).click();
    await page.getByText("Chegada está na clínica.").waitFor();
    await row(page, visit).getByText("Na clínica").waitFor();
    // Said of the wrong one, it is taken back.
    drawer = await drawerOf(page, visit);
    await drawer.getByText("Na clínica", { exact: true }).waitFor();
    expect(await drawer.getByRole("button", { name: "Chegou" }).count()).toBe(0);
    await drawer.getByRole("button", { name: "Desfazer chegada" }).click();
    await page.getByText("Chegada de Chegada desfeita.").waitFor();
    expect((await kept(page, visit)).chegada_em ?? null).toBeNull();

    drawer = await drawerOf(page, visit);
    await drawer.getByRole("button", { name: "Chegou" }).click();
    await drawer.waitFor({ state: "detached" });
    drawer = await drawerOf(page, visit);
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    await drawer.getByRole("button", { name: "Iniciar atendimento" }).click();
    await row(page, visit).getByText("Em atendimento").waitFor();

    drawer = await drawerOf(page, visit);
    // Whoever is with the professional is neither moved nor called off.
    expect(await drawer.getByRole("button", { name: /Mudar horário|Cancelar horário/ }).count()).toBe(0);
    await drawer.getByRole("button", { name: "Finalizar atendimento" }).click();
    await row(page, visit).getByText("Realizado").waitFor();
    expect(await kept(page, visit)).toMatchObject({ status: "realizado" });
    drawer = await drawerOf(page, visit);
    await drawer.getByRole("button", { name: "Marcar retorno" }).waitFor();
  });

  test("who does not come is missed once their time began, and came after all when they were late", async () => {
    const page = await open(CLINIC, "/app/agenda?ver=lista", { login: XENIA, again: true, width });
    const visit = await soon(page, "Falta");
    await page.goto(`${page.url().split("?")[0]}?ver=lista&dia=${visit.data}`);
    let drawer = await drawerOf(page, visit);
    await drawer.getByRole("button", { name: "Mudar horário" }).waitFor();
    expect(await drawer.getByRole("button", { name: "Faltou" }).count()).toBe(0);
    await page.keyboard.press("Escape");
    await begun(page, visit);

    drawer = await drawerOf(page, visit);
    await drawer.getByRole("button", { name: "Faltou" }).click();
    await page.getByText("Falta de Falta registrada.").waitFor();
    await row(page, visit).getByText("Faltou").waitFor();
    expect(await kept(page, visit)).toMatchObject({ status: "faltou" });

    drawer = await drawerOf(page, visit);
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    await drawer.getByRole("button", { name: "O paciente veio" }).click();
    await page.getByText("Atendimento de Falta registrado.").waitFor();
    await row(page, visit).getByText("Realizado").waitFor();
    expect(await kept(page, visit)).toMatchObject({ status: "realizado" });
  });
});
