/** Who waits for a time: put into the line, offered one, answered for; and the requests somebody has to decide. */
import type { Page } from "playwright-core";
import { describe, it } from "vitest";
import { hourOf, minutes as minutesOf } from "../src/lib/dates";
import { DESKTOP, EVOLUTION, PHONE, call, expect, open, overflows, unique, violations } from "./harness";

const MANAGER = "tania@prosaude.com";

interface Thing {
  id: number;
  nome: string;
}
interface Offered {
  oferta?: { estado: string } | null;
}

const mobile = () => `119${String(Math.floor(10_000_000 + Math.random() * 89_999_999))}`;

/** A working day some weeks ahead, so that times are free, and a free one of it. */
async function free(page: Page, medico: number, servico: number): Promise<{ data: string; hora: string }> {
  for (let ahead = 9; ahead < 30; ahead += 1) {
    const data = new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    const { horarios } = await call<{ horarios: string[] }>(page, "GET", `/api/horarios-disponiveis?medico_id=${medico}&servico_id=${servico}&data=${data}`);
    const hora = horarios[Math.floor(horarios.length / 2)];
    if (hora) return { data, hora };
  }
  throw new Error("no free time in three weeks");
}

/** At night nobody is asked: the journey makes it day, and gives back what undoes that. */
async function withoutQuietHours(page: Page): Promise<() => Promise<void>> {
  const { silencio_inicio, silencio_fim } = await call<{ silencio_inicio: string; silencio_fim: string }>(page, "GET", "/api/lembretes");
  await call(page, "PATCH", "/api/lembretes", { silencio_inicio: "00:00", silencio_fim: "00:00" });
  return () => call(page, "PATCH", "/api/lembretes", { silencio_inicio, silencio_fim });
}

/** Closes what follows ten minutes of the first professional, so that no longer visit fits there; answers which block it is. */
async function closedAfter(page: Page, { data, hora }: { data: string; hora: string }): Promise<number> {
  const at = (minutes: number) => `${data}T${hourOf(minutesOf(hora) + minutes)}`;
  const { bloqueio } = await call<{ bloqueio: { id: number } }>(page, "POST", "/api/bloqueios", { medico_id: 1, inicio: at(10), fim: at(30) });
  return bloqueio.id;
}

describe.each([
  ["desktop", DESKTOP],
  ["phone", PHONE],
])("the waiting list on a %s", (_, width) => {
  it("takes somebody with what they want, and lets them go", async () => {
    const page = await open("prosaude", "/app/espera", { login: MANAGER, width });
    const patient = await call<Thing>(page, "POST", "/api/pacientes", { nome: unique("Íris Espera"), telefone: mobile() });
    await page.getByRole("button", { name: "Pôr na lista" }).first().click();
    const form = page.getByRole("dialog", { name: "Pôr na lista de espera" });
    await form.getByRole("button", { name: "Pôr na lista" }).click();
    await form.getByText("Escolha o paciente, ou cadastre um novo.").waitFor();
    await form.getByRole("combobox", { name: "Paciente" }).pressSequentially(patient.nome);
    await page.getByRole("option", { name: patient.nome }).waitFor();
    await page.keyboard.press("Enter");
    await form.getByRole("checkbox", { name: "segunda-feira" }).check();
    await form.getByRole("checkbox", { name: "quarta-feira" }).check();
    await form.getByRole("radio", { name: "Manhã" }).check();
    await form.getByLabel("Observações").fill("Mora perto");
    expect(await violations(page)).toEqual([]);
    await form.getByRole("button", { name: "Pôr na lista" }).click();

    const place = page.getByRole("listitem").filter({ hasText: patient.nome });
    await place.getByText("Qualquer profissional · seg e qua · de manhã").waitFor();
    await place.getByText("desde hoje · Mora perto").waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await violations(page)).toEqual([]);
    await place.getByRole("button", { name: `Tirar ${patient.nome} da lista` }).click();
    await page.getByRole("button", { name: "Tirar da lista", exact: true }).click();
    await place.waitFor({ state: "detached" });
  });

  it("shows what was offered, and takes the patient's answer", async () => {
    const page = await open("prosaude", "/app/espera", { login: MANAGER, width });
    const undo = await withoutQuietHours(page);
    // A service of its own, shorter than any other: whoever else waits, for whatever it be, could not take its time.
    const servico = await call<Thing>(page, "POST", "/api/servicos", { nome: unique("Sessão"), duracao_minutos: 10, medicos: [1] });
    const [booked, waiting] = [
      await call<Thing>(page, "POST", "/api/pacientes", { nome: unique("Nara Marcada"), telefone: mobile() }),
      await call<Thing>(page, "POST", "/api/pacientes", { nome: unique("Teo Espera"), telefone: mobile() }),
    ];
    const when = await free(page, 1, servico.id);
    const visit = await call<Thing>(page, "POST", "/api/agendamentos", { medico_id: 1, servico_id: servico.id, paciente_id: booked.id, ...when });
    const after = await closedAfter(page, when);
    const place = await call<Thing>(page, "POST", "/api/lista-espera", { paciente_id: waiting.id, medico_id: 1, servico_id: servico.id });
    await call(page, "POST", `/api/agendamentos/${visit.id}/cancelamento`, { motivo: "Viagem" });
    await expect.poll(async () => (await call<Offered>(page, "GET", `/api/lista-espera/${place.id}`)).oferta?.estado, { timeout: 15_000 }).toBe("aberta");

    await page.reload();
    const row = page.getByRole("listitem").filter({ hasText: waiting.nome });
    await row.scrollIntoViewIfNeeded();
    await row.getByText("Oferta aberta").waitFor();
    await row.getByText(new RegExp(`às ${when.hora} com Dra\\. Tânia Ribeiro · vale até`)).waitFor();
    await row.getByRole("button", { name: `${waiting.nome} aceitou a oferta` }).click();
    await page.getByText(new RegExp(`^Marcado para ${waiting.nome}`)).waitFor();
    await row.waitFor({ state: "detached" });
    await call(page, "DELETE", `/api/bloqueios/${after}`);
    await undo();
  });

  it("books with whom and for what somebody waits", async () => {
    const page = await open("prosaude", "/app/espera", { login: MANAGER, width });
    const { medicos } = await call<{ medicos: Thing[] }>(page, "GET", "/api/medicos");
    const medico = medicos.at(-1)!;
    const servico = await call<Thing>(page, "POST", "/api/servicos", { nome: unique("Avaliação"), duracao_minutos: 30, medicos: [medico.id] });
    const patient = await call<Thing>(page, "POST", "/api/pacientes", { nome: unique("Rui Espera"), telefone: mobile() });
    // One waits for this professional, one for whoever does it.
    for (const wanted of [medico.id, null]) {
      const place = await call<Thing>(page, "POST", "/api/lista-espera", { paciente_id: patient.id, medico_id: wanted, servico_id: servico.id });
      await page.goto(page.url().replace(/\/app\/.*/, "/app/espera"));
      await page.getByRole("listitem").filter({ hasText: patient.nome }).getByRole("link", { name: "Marcar" }).click();
      const form = page.getByRole("dialog", { name: "Marcar consulta" });
      await form.getByText(patient.nome).waitFor();
      expect(await form.getByLabel("Profissional").inputValue()).toBe(String(medico.id));
      expect(await form.getByLabel("Serviço").inputValue()).toBe(String(servico.id));
      expect(new URL(page.url()).search).not.toContain("marcar");
      await call(page, "DELETE", `/api/lista-espera/${place.id}`);
    }
  });

  // One on each: the clinic's phone writes no faster than a person, and each request needs a code.
  it("has the requests, to be approved or refused", { timeout: 150_000 }, async () => {
    const page = await open("prosaude", "/app/espera", { login: MANAGER, width });
    const servico = await call<Thing>(page, "POST", "/api/servicos", { nome: unique("Exame"), duracao_minutos: 30, aprovacao: true, online: true });
    const nome = await request(page, servico.id);
    await page.reload();
    await page.getByText("“Dor no joelho”").first().waitFor();
    expect(await overflows(page)).toBe(false);
    expect(await violations(page)).toEqual([]);
    if (width === DESKTOP) {
      await page.getByRole("button", { name: `Aprovar o pedido de ${nome}` }).click();
      await page.getByText(new RegExp(`^Marcado para ${nome}`)).waitFor();
    } else {
      await page.getByRole("button", { name: `Recusar o pedido de ${nome}` }).click();
      await page.getByRole("button", { name: "Recusar pedido", exact: true }).click();
      await page.getByText("Pedido recusado. O aviso vai pelo WhatsApp.").waitFor();
    }
    expect(await page.getByRole("button", { name: `Aprovar o pedido de ${nome}` }).count()).toBe(0);
  });
});

/** Asks for a time as a patient does, with the code the phone gets. */
async function request(page: Page, servico: number): Promise<string> {
  const nome = unique("Vera Pedido");
  const telefone = mobile();
  const { token } = await call<{ token: string }>(page, "POST", "/api/publico/reservas", { medico_id: 1, servico_id: servico, ...(await free(page, 1, servico)) });
  await call(page, "POST", `/api/publico/reservas/${token}/codigo`, { nome, telefone, motivo: "Dor no joelho" });
  let codigo = "";
  await expect
    .poll(
      async () => {
        const thread = await page.request.get(`${EVOLUTION}/simulador/conversas/ProSaude/55${telefone}`);
        codigo = /\b\d{6}\b/.exec(thread.ok() ? await thread.text() : "")?.[0] ?? "";
        return codigo;
      },
      { timeout: 120_000 },
    )
    .not.toBe("");
  await call(page, "POST", `/api/publico/reservas/${token}/agendamento`, { codigo });
  return nome;
}
