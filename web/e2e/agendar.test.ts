/**
 * A patient books on the clinic's page; the code comes to a simulated phone. Strangers keep 30 times in ten minutes and get ten codes an hour from
 * one network, and this run is one: a second within ten minutes is refused.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { FrameLocator, Page } from "playwright-core";
import { afterEach, describe, it } from "vitest";
import { DESKTOP, EVOLUTION, type Options, PHONE, PORT, address, call, expect, open, overflows, unique, violations } from "./harness";

interface Conversa {
  messages: { text: string; from_me: boolean }[];
}
const INSTANCE = "ProSaude";

/** A mobile number nobody else has in this run. */
const mobile = () => `349${String(10_000_000 + Math.floor(Math.random() * 89_999_999))}`;

/** The last code that came to this phone. */
async function codeOf(page: Page, phone: string): Promise<string> {
  for (let tries = 0; tries < 60; tries += 1) {
    const answer = await page.request.get(`${EVOLUTION}/simulador/conversas/${INSTANCE}/55${phone}`);
    const { messages } = (await answer.json()) as Conversa;
    const code = messages.map(({ text }) => /\*(\d{6})\*/.exec(text)?.[1]).filter(Boolean).at(-1);
    if (code) return code;
    await page.waitForTimeout(500);
  }
  throw new Error(`no code came to ${phone}`);
}

/** As far as the day and the hour: a consultation, paid for by oneself, with whoever is free. */
async function toTimes(page: Page | FrameLocator): Promise<void> {
  await page.getByRole("button", { name: /^Consulta/ }).click();
  await page.getByRole("button", { name: /^Particular/ }).click();
  await page.getByRole("button", { name: /^Qualquer profissional/ }).click();
  await page.getByRole("heading", { name: "Que dia e hora?" }).waitFor();
  await page.getByRole("button", { name: /\d{1,2} hor[^,]*livre/ }).first().waitFor();
}

/** The last day shown that has something: fewer others want it. */
async function pickTime(page: Page | FrameLocator): Promise<void> {
  await page.getByRole("button", { name: "Duas semanas depois" }).click();
  await page.getByRole("button", { name: /horários livres$/ }).last().click();
  await page.getByRole("button", { name: /^\d{2}:\d{2}$/ }).last().click();
  await page.getByRole("heading", { name: "Quem vai ser atendido?" }).waitFor();
}

/** Opens the page, and gives back at the end of the test what was kept there: one network may keep only a few times at once. */
async function visit(path: string, options: Options): Promise<Page> {
  const page = await open("prosaude", path, options);
  page.on("response", (answer) => {
    if (answer.url().endsWith("/api/publico/reservas") && answer.status() === 201) kept.push({ page, answer: answer.json() as Promise<{ token: string }> });
  });
  return page;
}

let kept: { page: Page; answer: Promise<{ token: string }> }[] = [];
afterEach(async () => {
  // Not by the page: in a frame it may keep nothing, and its own console would tell of those that have become appointments.
  for (const { page, answer } of kept) {
    const { token } = await answer;
    await page.request.delete(`http://127.0.0.1:${PORT}/api/publico/reservas/${token}`, { headers: { host: `prosaude.localhost:${PORT}` } });
  }
  kept = [];
});

describe.each([DESKTOP, PHONE])("at %i pixels", (width) => {
  it("books with the code that came by WhatsApp, and keeps what was typed on the way", async () => {
    const page = await visit("/agendar", { width, expects: [422] });
    const phone = mobile();
    await toTimes(page);
    expect(await violations(page)).toEqual([]);
    await pickTime(page);
    expect(await page.getByRole("timer").innerText()).toMatch(/por mais [45]:\d{2}/);

    await page.getByRole("button", { name: "Receber o código" }).click();
    await page.getByText("Escreva o nome completo.").waitFor();
    const name = unique("Ana <img src=x onerror=alert(1)>");
    await page.getByLabel("Nome completo").fill(name);
    await page.getByLabel("Celular com WhatsApp").fill(phone);
    // The history and a reload lose nothing.
    await page.goBack();
    await page.getByRole("heading", { name: "Que dia e hora?" }).waitFor();
    await page.goForward();
    await page.reload();
    expect(await page.getByLabel("Nome completo").inputValue()).toBe(name);
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);

    await page.getByRole("button", { name: "Receber o código" }).click();
    const code = await codeOf(page, phone);
    await page.getByLabel("Código de seis números").fill(code === "000000" ? "000001" : "000000");
    await page.getByText("Este código não confere").waitFor();
    expect(await page.getByRole("button", { name: /^Mandar outro código em/ }).isDisabled()).toBe(true);
    await page.getByLabel("Código de seis números").fill(code);
    await page.getByRole("heading", { name: "Consulta marcada" }).waitFor();
    expect(await violations(page)).toEqual([]);

    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: /Baixar para a agenda/ }).click()]);
    expect(download.suggestedFilename()).toBe("consulta.ics");
    await page.getByText("escreva cancelar ou remarcar").waitFor();
    // The way back leads to no question that was answered.
    await page.goBack();
    await page.getByRole("heading", { name: "Consulta marcada" }).waitFor();
  });

  it("offers other times when one was taken meanwhile", async () => {
    const [one, other] = [await visit("/agendar", { width, expects: [409, 422] }), await visit("/agendar", { width })];
    for (const page of [one, other]) {
      await page.getByRole("button", { name: /^Consulta/ }).click();
      await page.getByRole("button", { name: /^Particular/ }).click();
      await page.getByRole("button", { name: /^Dra. Helena/ }).click();
      await page.getByRole("button", { name: /horários livres$/ }).last().click();
    }
    // Any of them: one that strangers chose often lately keeps nobody away.
    const hours = one.getByRole("button", { name: /^\d{2}:\d{2}$/ });
    await hours.first().waitFor();
    const hour = await hours.nth(Math.floor(Math.random() * (await hours.count()))).innerText();
    await other.getByRole("button", { name: hour, exact: true }).click();
    await other.getByRole("heading", { name: "Quem vai ser atendido?" }).waitFor();
    await one.getByRole("button", { name: hour, exact: true }).click();
    await one.getByText("Que tal um destes?").waitFor();
    await one.getByRole("button", { name: /\d{2}:\d{2}, Dra. Helena/ }).first().click();
    await one.getByRole("heading", { name: "Quem vai ser atendido?" }).waitFor();
  });

  it("puts who finds no time into the waiting list, once the phone is proven", async () => {
    // Nothing is free at all, from the first question on.
    const page = await visit("/termos", { width, expects: [422] });
    await page.route("**/api/publico/horarios-disponiveis?*", async (route) => {
      const { searchParams } = new URL(route.request().url());
      const days: object[] = [];
      for (let at = Date.parse(searchParams.get("data")!); at <= Date.parse(searchParams.get("ate")!); at += 86_400_000)
        days.push({ data: new Date(at).toISOString().slice(0, 10), duracao: 30, horarios: [], total: 0, motivo: "lotado" });
      await route.fulfill({ json: days });
    });
    await page.goto(address("prosaude", "/agendar"));
    const phone = mobile();
    const name = unique("Lia Rocha");
    await page.getByRole("button", { name: /^Consulta/ }).click();
    await page.getByRole("button", { name: /^Particular/ }).click();
    await page.getByRole("button", { name: /^Qualquer profissional/ }).click();
    await page.getByRole("button", { name: "Entrar na lista de espera" }).click();
    await page.getByRole("button", { name: "Receber o código" }).click();
    await page.getByText("Escreva o nome completo.").waitFor();
    await page.getByLabel("Nome completo").fill(name);
    await page.getByLabel("Celular com WhatsApp").fill(phone);
    await page.getByLabel("Que horas são boas").selectOption("tarde");
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    await page.getByRole("button", { name: "Receber o código" }).click();
    const code = await codeOf(page, phone);
    await page.getByLabel("Código de seis números").fill(code === "000000" ? "000001" : "000000");
    await page.getByText("Este código não confere").waitFor();
    await page.getByLabel("Código de seis números").fill(code);
    await page.getByRole("heading", { name: "Você está na lista de espera" }).waitFor();
    expect(await violations(page)).toEqual([]);
    const staff = await open("prosaude", "/app/espera", { login: "tania@prosaude.com", width });
    await staff.getByText(name).first().waitFor();
  });

  it("keeps a time again when the five minutes are over", async () => {
    const page = await visit("/agendar", { width });
    await toTimes(page);
    await pickTime(page);
    await page.getByLabel("Nome completo").fill("Ana Souza");
    await page.evaluate(() => {
      const kept = JSON.parse(sessionStorage.getItem("horario.agendar") ?? "{}") as { until: number };
      sessionStorage.setItem("horario.agendar", JSON.stringify({ ...kept, until: Date.now() - 1 }));
    });
    await page.reload();
    await page.getByText("O tempo passou e o horário foi liberado").waitFor();
    expect(await page.getByRole("button", { name: "Receber o código" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: /\d{2}:\d{2}, Dr/ }).first().click();
    await page.getByRole("timer").waitFor();
    expect(await page.getByLabel("Nome completo").inputValue()).toBe("Ana Souza");
  });
});

it("stands in a frame without its header and tells how high it is", async () => {
  const page = await visit("/agendar?embutido=1", { width: PHONE });
  await page.getByRole("heading", { name: "O que você quer marcar?" }).waitFor();
  const { nome } = await call<{ nome: string }>(page, "GET", "/api/publico/clinica");
  expect(await page.getByText(nome, { exact: true }).count()).toBe(0);

  const site = await visit("/termos", { width: PHONE });
  await withSite(address("prosaude", "/agendar?embutido=1"), async (url) => {
    await site.goto(url);
    const frame = site.frameLocator("iframe");
    await frame.getByRole("heading", { name: "O que você quer marcar?" }).waitFor();
    await expect.poll(async () => Number(await site.title())).toBeGreaterThan(100);
    // What the browser keeps from frames of other sites is not missed: a time can be kept.
    await toTimes(frame);
    await pickTime(frame);
    await frame.getByRole("timer").waitFor();
  });
});

/** The clinic's own site, of another origin, with the page in a frame; its title is what the frame tells. */
async function withSite(framed: string, work: (url: string) => Promise<void>): Promise<void> {
  const html = `<!doctype html><title>-</title><script>onmessage = ({ data }) => { document.title = data; };</script><iframe src="${framed}" width="380" height="800"></iframe>`;
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(html)).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await work(`http://site-da-clinica.localhost:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.close();
  }
}

it("tells who answers for a patient's data, where it asks for them", async () => {
  const page = await visit("/agendar", { width: PHONE });
  await toTimes(page);
  await pickTime(page);
  const [tab] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("link", { name: "Seus dados" }).click()]);
  await tab.getByRole("heading", { name: "Seus dados", level: 1 }).waitFor();
  const { nome } = await call<{ nome: string }>(page, "GET", "/api/publico/clinica");
  await tab.locator("#clinica", { hasText: nome }).waitFor();
  // It is of patients; the terms are what a clinic accepts.
  expect(await tab.getByText("Termos de uso").count()).toBe(0);
});

it("says kindly that nobody has this address", async () => {
  const page = await open("ninguem", "/agendar", { width: PHONE, expects: [404] });
  await page.getByRole("heading", { name: "Endereço não encontrado" }).waitFor();
});
