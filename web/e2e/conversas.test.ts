/** The inbox as a front desk uses it, with patients who write from the simulated phones. */
import type { Page } from "playwright-core";
import { describe, test } from "vitest";
import { DESKTOP, EVOLUTION, PHONE, call, expect, open, overflows, unique, violations } from "./harness";

const CLINIC = "prosaude";
const INSTANCE = "ProSaude";
const MANAGER = "tania@prosaude.com";
const SOON = { timeout: 25_000 };

interface Patient {
  number: string;
  name: string;
  /** What it is called on WhatsApp. */
  say: (text: string, kind?: string, quoted?: string) => Promise<string>;
  heard: () => Promise<string[]>;
}

/** Somebody with a phone of their own. */
function patient(name: string): Patient {
  const number = `55119${Math.floor(10_000_000 + Math.random() * 89_999_999)}`;
  return {
    number,
    name,
    async say(text, kind = "text", quoted) {
      const body = JSON.stringify({ instance: INSTANCE, from: number, name, text, type: kind, quoted });
      const answer = await fetch(`${EVOLUTION}/simulador/mensagens`, { method: "POST", body });
      expect(answer.status).toBe(201);
      return ((await answer.json()) as { id: string }).id;
    },
    async heard() {
      const answer = await fetch(`${EVOLUTION}/simulador/conversas/${INSTANCE}/${number}`);
      const { messages } = (await answer.json()) as { messages: { from_me?: boolean; fromMe?: boolean; text: string }[] };
      return messages.filter((one) => one.from_me ?? one.fromMe).map(({ text }) => text);
    },
  };
}

const row = (page: Page, name: string) => page.getByRole("region", { name: "Lista de conversas" }).getByRole("link", { name });
const log = (page: Page) => page.getByRole("log");
const field = (page: Page) => page.getByLabel("Escreva ao paciente");

async function find(page: Page, who: Patient): Promise<void> {
  await row(page, who.name).waitFor(SOON);
  await row(page, who.name).click();
  await log(page).waitFor();
}

describe.each([["desktop", DESKTOP], ["phone", PHONE]])("on a %s", (_, width) => {
  test("a message comes by itself, is read when seen, and is answered by a person", async () => {
    const who = patient(unique("Rosa"));
    const page = await open(CLINIC, "/app/conversas", { login: MANAGER, width });
    await page.getByRole("heading", { name: "Conversas" }).waitFor();
    await who.say("Olá, quero agendar uma consulta");
    await row(page, who.name).waitFor(SOON);
    await expect.poll(() => row(page, who.name).textContent(), SOON).toContain("não lida");
    await find(page, who);
    await log(page).getByText("Olá, quero agendar uma consulta").waitFor();
    await log(page).getByText("Assistente", { exact: true }).first().waitFor(SOON);
    await page.getByText("O assistente responde.").waitFor();

    await field(page).fill("Bom dia, aqui é a *recepção*.");
    await field(page).press("Shift+Enter");
    await field(page).pressSequentially("Posso ajudar?");
    await field(page).press("Enter");
    await page.getByText("Você responde.").waitFor(SOON);
    await log(page).getByText("Posso ajudar?").waitFor();
    await log(page).getByText("Lida", { exact: true }).last().waitFor({ state: "attached", ...SOON });
    expect((await who.heard()).at(-1)).toBe("Bom dia, aqui é a *recepção*.\nPosso ajudar?");
    expect(await field(page).inputValue()).toBe("");

    await who.say("Pode, sim!");
    await log(page).getByText("Pode, sim!").waitFor(SOON);
    await page.getByRole("button", { name: "Devolver" }).click();
    await page.getByText("O assistente responde.").waitFor();
    await page.getByRole("button", { name: "Encerrar" }).click();
    await page.getByText("Encerrada.", { exact: true }).waitFor();
    if (width === PHONE) await page.getByRole("button", { name: "Voltar à lista" }).click();
    await expect.poll(() => row(page, who.name).textContent(), SOON).not.toContain("não lida");
    expect(await overflows(page)).toBe(false);
  });

  test("what did not leave says so, and is sent once when tried again", async () => {
    const who = patient(unique("Breno"));
    await who.say("Oi");
    const page = await open(CLINIC, "/app/conversas", { login: MANAGER, width, expects: [503] });
    await find(page, who);
    const path = "**/api/conversas/*/mensagens";
    let asked = 0;
    await page.route(path, async (route) => {
      const request = route.request();
      // The second is the copy below.
      if (request.method() !== "POST" || (asked += 1) === 2) return route.fallback();
      // Taken by the clinic's system, but the answer never comes back.
      const copy = { url: request.url(), headers: await request.allHeaders(), body: request.postData() ?? "" };
      await page.evaluate(async ({ url, headers, body }) => {
        const kept = Object.entries(headers).filter(([name]) => /^(content-type|idempotency-key|authorization)$/.test(name));
        await fetch(url, { method: "POST", headers: Object.fromEntries(kept), body });
      }, copy);
      await route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify({ detail: "Indisponível no momento." }) });
    });
    await field(page).fill("Até amanhã!");
    await field(page).press("Enter");
    await log(page).getByText("Não foi enviada.").waitFor();
    await page.unroute(path);
    await page.reload();
    await log(page).getByText("Não foi enviada.").waitFor(SOON);
    await page.getByRole("button", { name: "Tentar de novo" }).click();
    await log(page).getByText("Não foi enviada.").waitFor({ state: "detached", ...SOON });
    await expect.poll(() => who.heard(), SOON).toContain("Até amanhã!");
    expect((await who.heard()).filter((text) => text === "Até amanhã!")).toHaveLength(1);
    expect(await log(page).getByText("Até amanhã!").count()).toBe(1);
  });

  test("an emergency is first until somebody handled it", async () => {
    const who = patient(unique("Célia"));
    await who.say("Estou com dor no peito e falta de ar");
    const page = await open(CLINIC, "/app/conversas?filtro=urgentes", { login: MANAGER, width });
    await find(page, who);
    await page.getByRole("alert").getByText("O paciente falou de uma emergência.").waitFor(SOON);
    await page.getByRole("button", { name: "Marcar como atendida" }).click();
    await page.getByText("Urgência atendida por").waitFor();
    expect(await page.getByText("O paciente falou de uma emergência.").count()).toBe(0);
  });

  test("a quick answer is written once and found by a slash", async () => {
    const who = patient(unique("Davi"));
    const title = unique("Endereço");
    await who.say("Onde fica?");
    const page = await open(CLINIC, "/app/conversas", { login: MANAGER, width });
    await find(page, who);
    await page.getByRole("button", { name: "Respostas prontas" }).click();
    await page.getByRole("button", { name: "Criar ou editar respostas prontas" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Nova resposta pronta" }).click();
    await page.getByLabel("Título").fill(title);
    await page.getByLabel("Texto").fill("Olá, {nome}! Ficamos na Rua A. {Nome}");
    await page.getByText("Entre chaves use só").waitFor();
    await page.getByLabel("Texto").fill("Olá, {nome}! Ficamos na Rua A.");
    await page.getByRole("button", { name: "Salvar" }).click();
    await page.getByRole("dialog").getByText(title).waitFor();
    await page.keyboard.press("Escape");
    await field(page).fill(`/${title.toLowerCase().replace("ç", "c")}`);
    await page.getByRole("option", { name: title }).waitFor();
    await field(page).press("Enter");
    expect(await field(page).inputValue()).toBe("Olá, Davi! Ficamos na Rua A.");
    await field(page).press("Enter");
    await expect.poll(() => who.heard(), SOON).toContain("Olá, Davi! Ficamos na Rua A.");

    await page.getByRole("button", { name: "Respostas prontas" }).click();
    await page.getByRole("button", { name: "Criar ou editar respostas prontas" }).click();
    await page.getByRole("button", { name: `Remover “${title}”` }).click();
    await page.getByRole("button", { name: "Remover", exact: true }).click();
    await page.getByRole("dialog").getByText(title).waitFor({ state: "detached" });
  });

  test("what came beside words is named, seen, heard and handed over", async () => {
    const who = patient(unique("Nair"));
    const first = await who.say("Vocês atendem Unimed?");
    const page = await open(CLINIC, "/app/conversas", { login: MANAGER, width, expects: [409] });
    await find(page, who);
    await who.say("E SulAmérica?", "text", first);
    await log(page).getByRole("button", { name: "Em resposta a" }).getByText("Vocês atendem Unimed?").waitFor(SOON);
    await who.say("a receita da minha mãe", "image");
    await log(page).getByText("a receita da minha mãe").waitFor(SOON);
    await log(page).getByRole("button", { name: "Ver foto" }).click();
    const picture = log(page).getByRole("img", { name: "enviou" });
    await picture.waitFor(SOON);
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(360);
    await log(page).getByRole("button", { name: "Ampliar" }).click();
    await page.getByRole("dialog").getByRole("img").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Fechar" }).click();
    await who.say("", "audio");
    await log(page).getByText("Áudio de 0:07").waitFor(SOON);
    await log(page).getByRole("button", { name: "Ouvir" }).click();
    const sound = log(page).locator("audio");
    await expect.poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.duration > 0.5), SOON).toBe(true);
    await who.say("", "document");
    await log(page).getByText("pedido-medico.pdf").waitFor(SOON);
    const [saved] = await Promise.all([page.waitForEvent("download"), log(page).getByRole("button", { name: "Baixar documento" }).click()]);
    expect(saved.suggestedFilename()).toBe("pedido-medico.pdf");
    await who.say("Qual turno?\nManhã\nTarde", "poll");
    await log(page).getByRole("listitem").getByText("Tarde").waitFor(SOON);
    await who.say("festa", "video");
    await log(page).getByText("Veja no celular da clínica.").waitFor(SOON);
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
  });

  test("a draft stays with its conversation", async () => {
    const [a, b] = [patient(unique("Elza")), patient(unique("Fábio"))];
    await Promise.all([a.say("Oi"), b.say("Oi")]);
    const page = await open(CLINIC, "/app/conversas", { login: MANAGER, width });
    await find(page, a);
    await field(page).fill("Um momento");
    await field(page).press("Escape");
    await find(page, b);
    expect(await field(page).inputValue()).toBe("");
    await field(page).press("Escape");
    await find(page, a);
    expect(await field(page).inputValue()).toBe("Um momento");
  });

  test("whoever is no patient yet is booked from the conversation", async () => {
    const who = patient(unique("Gil"));
    await who.say("Oi");
    const page = await open(CLINIC, "/app/conversas", { login: MANAGER, width });
    await find(page, who);
    await page.getByRole("button", { name: "Marcar" }).click();
    const name = unique("Gilberto Costa");
    await page.getByLabel("Nome completo").fill(name);
    await page.getByRole("button", { name: "Cadastrar e marcar" }).click();
    const form = page.getByRole("dialog", { name: "Marcar consulta" });
    await form.getByText(name).waitFor(SOON);
    expect(new URL(page.url()).pathname).toContain("/app/conversas/");
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await form.waitFor({ state: "detached" });
    // The thread is as it was, and knows who it is now.
    await page.getByRole("heading", { name }).waitFor(SOON);
    await page.getByRole("button", { name: "Marcar" }).click();
    await form.getByText(name).waitFor(SOON);
    await form.getByLabel("Data").fill(new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
    await form.getByLabel("Encaixe").check();
    await form.getByLabel("Hora do encaixe").fill("07:15");
    await form.getByRole("button", { name: "Marcar às 07:15" }).click();
    await form.waitFor({ state: "detached" });
    await page.getByText(/^Gilberto.*07:15\.$/).waitFor();
    expect(new URL(page.url()).pathname).toContain("/app/conversas/");
  });

  test("script in a name or a message stays text, and nothing keeps people out", async () => {
    const who = patient(`${unique("<img src=x onerror=alert(1)>")}`);
    await who.say("<script>alert(1)</script> *oi* https://exemplo.com.br");
    const page = await open(CLINIC, "/app/conversas", { login: MANAGER, width });
    await find(page, who);
    await log(page).getByText("<script>alert(1)</script>").waitFor(SOON);
    expect(await page.locator("img[src='x']").count()).toBe(0);
    expect(await log(page).getByRole("link", { name: "https://exemplo.com.br" }).getAttribute("rel")).toContain("noopener");
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
  });

  test("older messages come without a jump", async () => {
    const who = patient(unique("Hugo"));
    await who.say("Oi");
    const page = await open(CLINIC, "/app/conversas", { login: MANAGER, width });
    await find(page, who);
    const id = Number(new URL(page.url()).pathname.split("/").at(-1));
    // More than a page has.
    for (let number = 1; number <= 56; number += 1) await call(page, "POST", `/api/conversas/${id}/mensagens`, { texto: `Linha ${number}` });
    await page.reload();
    await log(page).getByText("Linha 56", { exact: true }).waitFor();
    const mark = log(page).getByText("Linha 30", { exact: true });
    expect(await log(page).getByText("Linha 2", { exact: true }).count()).toBe(0);
    await log(page).evaluate((box) => {
      box.scrollTop = 500;
    });
    const before = (await mark.boundingBox())?.y ?? 0;
    await log(page).getByText("Linha 2", { exact: true }).waitFor({ state: "attached" });
    expect(Math.abs(((await mark.boundingBox())?.y ?? 0) - before)).toBeLessThan(3);
    await page.getByRole("button", { name: "Ir para o fim" }).click();
    await expect.poll(() => log(page).getByText("Linha 56", { exact: true }).isVisible()).toBe(true);
  }, 120_000);
});

test("the list is gone through by keyboard alone", async () => {
  const who = patient(unique("Iara"));
  await who.say("Oi");
  const page = await open(CLINIC, "/app/conversas", { login: MANAGER });
  await row(page, who.name).waitFor(SOON);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-conversa"));
  await page.keyboard.press("j");
  const first = await focused();
  expect(first).toBeTruthy();
  await page.keyboard.press("ArrowDown");
  expect(await focused()).not.toBe(first);
  await page.keyboard.press("k");
  expect(await focused()).toBe(first);
  await page.keyboard.press("Enter");
  await log(page).waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("TEXTAREA");
  await page.keyboard.press("Escape");
  await page.getByText("Escolha uma conversa").waitFor();
  expect(await focused()).toBe(first);
});
