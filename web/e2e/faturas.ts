/** What the journeys of money need: a clinic that owes, with invoices the night job wrote. */
import { execFileSync } from "node:child_process";
import type { Page } from "playwright-core";
import { PORT, call, expect, open, unique } from "./harness";

const OPERADOR = "operador@horariointeligente.com.br";
const SENHA = "uma senha boa";
/** Where `make up` has its Postgres. */
const DATABASE = process.env.OWNER_DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/agendamento_saas";

export interface Fatura {
  id: number;
  competencia: string;
  vencimento: string;
  estado: string;
  total_centavos: number;
}
export interface Owing {
  id: number;
  host: string;
  nome: string;
  /** The late one first, then that of the month before this. */
  faturas: [Fatura, Fatura];
}

/** Who may do everything in the console. */
export const operator = (path = "/console") => open("admin", path, { login: OPERADOR, again: true });

export const faturasOf = async (admin: Page, id: number) =>
  (await call<{ faturas: Fatura[] }>(admin, "GET", `/api/admin/faturas?cliente_id=${id}`)).faturas.reverse();

/** A clinic that pays since two months ago. Nobody can make one in the past: that it is one, its database is told, as nothing else of it is. */
export async function owing(admin: Page): Promise<Owing> {
  const nome = unique("Clínica Devedora");
  const host = `deve-${nome.split(" ").at(-1)}`;
  const { id } = await call<{ id: number }>(admin, "POST", "/api/admin/clientes", { nome, subdomain: host });
  const since = "(date_trunc('month', now() at time zone 'America/Sao_Paulo') - interval '2 months')::date";
  execFileSync("psql", [DATABASE, "-qv", "ON_ERROR_STOP=1", "-c", `update assinaturas set inicio_dia = ${since}, teste_ate = null where cliente_id = ${id}`]);
  // What is done every minute is done now.
  const swept = await fetch(`http://127.0.0.1:${PORT}/2015-03-31/functions/reminders/invocations`, { method: "POST", body: "{}" });
  expect(swept.status, await swept.text()).toBe(200);
  await expect.poll(async () => (await faturasOf(admin, id)).length, { timeout: 30_000 }).toBe(2);
  return { id, host, nome, faturas: (await faturasOf(admin, id)) as [Fatura, Fatura] };
}

/** Its manager, who has just come in by invitation. */
export async function manager(admin: Page, { id, host }: Owing, options: { width: number; expects?: number[] }): Promise<Page> {
  const invited = { nome: "Marina Costa", email: `gestora@${host}.com.br`, tipo: "secretaria" };
  const { link } = await call<{ link: string }>(admin, "POST", `/api/admin/clientes/${id}/convites`, invited);
  const page = await open(host, `/convite#${link.split("#")[1]}`, options);
  await page.getByLabel("Escolha uma senha").fill(SENHA);
  await page.getByRole("checkbox", { name: /Li e aceito/ }).check();
  await page.getByRole("button", { name: "Começar" }).click();
  await page.waitForURL("**/app/agenda");
  return page;
}
