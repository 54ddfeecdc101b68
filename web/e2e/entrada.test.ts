/** Coming in and going out. */
import { describe, test } from "vitest";
import { DESKTOP, PHONE, address, call, expect, open, overflows, violations } from "./harness";

describe.each([DESKTOP, PHONE])("at %i px", (width) => {
  test("a wrong password says so, the right one opens the agenda, leaving ends it everywhere", async () => {
    const page = await open("prosaude", "/", { width, expects: [401] });
    await page.getByRole("heading", { name: "Clínica Teste" }).waitFor();
    expect(await overflows(page)).toBe(false);
    await page.getByLabel("E-mail").fill("tania@prosaude.com");
    await page.getByLabel("Senha", { exact: true }).fill("errada");
    await page.getByRole("button", { name: "Entrar" }).click();
    await page.getByRole("alert").getByText("E-mail ou senha incorretos").waitFor();
    await page.getByLabel("Senha", { exact: true }).fill("senha123");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/app/agenda");
    const kept = await page.context().cookies();
    expect(kept.map(({ name, httpOnly, secure, sameSite }) => ({ name, httpOnly, secure, sameSite }))).toEqual([
      { name: "__Host-sessao", httpOnly: true, secure: true, sameSite: "Strict" },
      { name: "__Host-renovacao", httpOnly: true, secure: true, sameSite: "Strict" },
    ]);
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain("eyJ");

    const second = await page.context().newPage();
    await second.goto(address("prosaude", "/app/agenda"));
    await second.getByRole("heading", { name: "Agenda" }).waitFor({ state: "attached" });
    if (width === PHONE) await page.getByRole("button", { name: "Mais" }).click();
    await page.getByRole("button", { name: "Tânia" }).click();
    await page.getByRole("button", { name: "Sair", exact: true }).click();
    await page.waitForURL("**/static/login.html?motivo=saiu");
    await second.waitForURL("**/static/login.html?motivo=saiu");
    expect(await page.context().cookies()).toEqual([]);
  });

  test("who is not in is sent to the door and comes back to where they wanted", async () => {
    const page = await open("prosaude", "/app/agenda?ver=lista&dia=2026-11-30", { width, expects: [401] });
    await page.getByText("Entre para continuar.").waitFor();
    await page.getByLabel("E-mail").fill("secretaria@prosaude.com");
    await page.getByLabel("Senha", { exact: true }).fill("senha123");
    await page.getByRole("button", { name: "Entrar" }).click();
    await page.waitForURL("**/app/agenda?ver=lista&dia=2026-11-30");
  });

  test("a session that has run out is renewed unseen", async () => {
    const page = await open("prosaude", "/app/agenda", { width, login: "secretaria@prosaude.com", expects: [401] });
    await page.getByRole("heading", { name: "Agenda" }).waitFor({ state: "attached" });
    await page.context().clearCookies({ name: "__Host-sessao" });
    await page.reload();
    await page.getByRole("heading", { name: "Agenda" }).waitFor({ state: "attached" });
    expect((await page.context().cookies()).map(({ name }) => name)).toContain("__Host-sessao");
  });

  test("a forgotten password is asked for without telling who has one", async () => {
    const page = await open("prosaude", "/static/login.html", { width, expects: [401] });
    await page.getByLabel("E-mail").fill("ninguem@prosaude.com");
    await page.getByRole("link", { name: "Esqueci a senha" }).click();
    await page.getByRole("heading", { name: "Esqueceu a senha?" }).waitFor();
    expect(await page.getByLabel("E-mail").inputValue()).toBe("ninguem@prosaude.com");
    await page.getByRole("button", { name: "Enviar" }).click();
    await page.getByRole("heading", { name: "Confira seu e-mail" }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
  });
});

test("a clinic that does not exist is said to be none", async () => {
  const page = await open("ninguem", "/static/login.html", { expects: [401, 404] });
  await page.getByRole("heading", { name: "Endereço não encontrado" }).waitFor();
});

test.each(["light", "dark"] as const)("the door has nothing axe complains of, %s", async (theme) => {
  const page = await open("prosaude", "/static/login.html", { theme, expects: [401] });
  await page.getByRole("heading", { name: "Clínica Teste" }).waitFor();
  expect(await violations(page)).toEqual([]);
});

test("a page of another clinic cannot use this one's cookies", async () => {
  const page = await open("prosaude", "/app/agenda", { login: "secretaria@prosaude.com", expects: [0] });
  await call(page, "GET", "/api/auth/me");
  const stranger = await page.context().newPage();
  await stranger.goto(address("drmarco", "/termos"));
  const reached = await stranger.evaluate(
    (url) => fetch(url, { method: "POST", credentials: "include", mode: "no-cors" }).then(() => "sent", () => "refused"),
    address("prosaude", "/api/auth/logout"),
  );
  expect(["sent", "refused"]).toContain(reached);
  await call(page, "GET", "/api/auth/me");
});
