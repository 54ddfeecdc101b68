/** The clinic's connection: seen, tried, ended and made again. */
import { describe, test } from "vitest";
import { DESKTOP, EVOLUTION, PHONE, call, expect, open, overflows, violations } from "./harness";

const CLINIC = "drmarco";
const INSTANCE = "DrMarco";
const MANAGER = "marco@drmarco.com.br";
const SOON = { timeout: 25_000 };

const scan = () => fetch(`${EVOLUTION}/simulador/instancias/${INSTANCE}/conectar`, { method: "POST" });

describe.each([["desktop", DESKTOP], ["phone", PHONE]])("on a %s", (_, width) => {
  test("a test message tells how far it came", async () => {
    const page = await open(CLINIC, "/app/whatsapp", { login: MANAGER, width, expects: [422] });
    await page.getByRole("heading", { name: "Conectado" }).waitFor();
    await page.getByLabel("Celular com DDD").fill("123");
    await page.getByRole("button", { name: "Enviar mensagem de teste" }).click();
    await page.getByText("Escreva o telefone com DDD").waitFor();
    await page.getByLabel("Celular com DDD").fill("(11) 97654-3210");
    await page.getByRole("button", { name: "Enviar mensagem de teste" }).click();
    await page.getByText(/Chegou (ao celular|e foi lida)/).waitFor(SOON);
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
  }, 60_000);

  test("it is ended only by who is sure, and made again with a code", async () => {
    const page = await open(CLINIC, "/app/whatsapp", { login: MANAGER, width, expects: [422] });
    try {
      await page.getByRole("button", { name: "Desconectar" }).click();
      await page.getByRole("button", { name: "Manter conectado" }).click();
      await page.getByRole("heading", { name: "Conectado" }).waitFor();
      await page.getByRole("button", { name: "Desconectar" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Desconectar" }).click();
      await page.getByRole("heading", { name: "Desconectado" }).waitFor(SOON);
      expect(await page.getByRole("button", { name: "Enviar mensagem de teste" }).isDisabled()).toBe(true);

      await page.getByRole("button", { name: "Conectar", exact: true }).click();
      await page.getByRole("img", { name: "Código QR para conectar o WhatsApp" }).waitFor(SOON);
      await page.getByText(/Este código vale por mais \d+ s/).waitFor();
      expect(await violations(page)).toEqual([]);
      expect(await overflows(page)).toBe(false);
    } finally {
      await scan();
    }
    await page.getByRole("heading", { name: "Conectado" }).waitFor(SOON);
    expect(await page.getByRole("img", { name: "Código QR para conectar o WhatsApp" }).count()).toBe(0);
  }, 120_000);

  test("it is made without a camera, by a code that is typed", async () => {
    const page = await open(CLINIC, "/app/whatsapp", { login: MANAGER, width, expects: [422] });
    try {
      await page.getByRole("button", { name: "Desconectar" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Desconectar" }).click();
      await page.getByRole("button", { name: "Conectar sem a câmera" }).click();
      await page.getByLabel("Número do WhatsApp da clínica").fill("123");
      await page.getByRole("button", { name: "Gerar código" }).click();
      await page.getByText("Escreva o número com DDD").waitFor();
      await page.getByLabel("Número do WhatsApp da clínica").fill("(11) 99999-8888");
      await page.getByRole("button", { name: "Gerar código" }).click();
      await page.getByText("WZYE-H1YY").waitFor(SOON);
      expect(await overflows(page)).toBe(false);
    } finally {
      await scan();
    }
    await page.getByRole("heading", { name: "Conectado" }).waitFor(SOON);
  }, 120_000);
});

test("a receptionist sees the connection, and neither ends it nor instructs the assistant", async () => {
  const page = await open("prosaude", "/app/whatsapp", { login: "secretaria@prosaude.com" });
  await page.getByRole("heading", { name: "Movimento" }).waitFor();
  expect(await page.getByRole("button", { name: "Desconectar" }).count()).toBe(0);
  expect(await page.getByRole("heading", { name: "Assistente" }).count()).toBe(0);
});

test("a manager sees whether the plan has the assistant", async () => {
  const page = await open(CLINIC, "/app/whatsapp", { login: MANAGER });
  await page.getByRole("heading", { name: "Assistente" }).waitFor();
  const { permitida } = await call<{ permitida: boolean }>(page, "GET", "/api/assistente");
  const toggle = page.getByRole("switch", { name: "Entender conversas livres" });
  if (permitida) await toggle.waitFor();
  else expect(await page.getByText("O plano da clínica não inclui").count()).toBe(1);
});
