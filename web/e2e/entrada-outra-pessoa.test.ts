/** Two people at one computer, one after the other: what the first left open is not the second's to see. */
import { test } from "vitest";
import { address, expect, open } from "./harness";

test("a tab somebody left open is the next person's once they come in", async () => {
  const page = await open("prosaude", "/app/agenda?ver=lista", { login: "secretaria@prosaude.com" });
  await page.getByRole("button", { name: "Marcar", exact: true }).click();
  const typed = page.getByRole("combobox", { name: "Paciente" });
  await typed.fill("Segredo da recepção");

  // A colleague comes in beside it, by a door somebody left from.
  const door = await page.context().newPage();
  await door.goto(address("prosaude", "/static/login.html?motivo=saiu"));
  await door.getByLabel("E-mail").fill("tania@prosaude.com");
  await door.getByLabel("Senha", { exact: true }).fill("senha123");
  await door.getByRole("button", { name: "Entrar" }).click();
  await door.waitForURL("**/app/agenda");

  await page.getByRole("button", { name: "Tânia" }).waitFor();
  expect(await typed.count()).toBe(0);
  // The same person in another tab disturbs nobody.
  await page.getByRole("button", { name: "Marcar", exact: true }).click();
  await typed.fill("Ainda aqui");
  await door.goto(address("prosaude", "/app/agenda?ver=semana"));
  await door.getByRole("button", { name: "Tânia" }).waitFor();
  expect(await typed.inputValue()).toBe("Ainda aqui");
});
