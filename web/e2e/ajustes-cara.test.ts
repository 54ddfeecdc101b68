/** The clinic's face: its colour and its logo, chosen in the settings and seen by who comes in and by who books. */
import type { Page } from "playwright-core";
import { test } from "vitest";
import { shades } from "../src/lib/cor";
import { DESKTOP, PHONE, call, expect, open, overflows, violations } from "./harness";

const GESTOR = "marco@drmarco.com.br";
const VIOLETA = "#6d28d9";

/** A square PNG, as somebody's drawing program would save it. */
async function png(page: Page): Promise<Buffer> {
  const url = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 96;
    const pen = canvas.getContext("2d")!;
    pen.fillStyle = `hsl(${Math.random() * 360} 70% 40%)`;
    pen.fillRect(8, 8, 80, 80);
    return canvas.toDataURL("image/png");
  });
  return Buffer.from(url.split(",")[1]!, "base64");
}

const colourOf = (page: Page) => page.evaluate(() => document.documentElement.style.getPropertyValue("--marca"));
/** Whether its logo is shown; a picture that did not come would be as wide as nothing. */
const showsLogo = (page: Page) =>
  page.locator("img[src^='/api/publico/logo']").evaluateAll((all) => all.some((one) => (one as HTMLImageElement).naturalWidth === 96));

test.each([DESKTOP, PHONE])("a colour and a logo are chosen, and seen at the login and where patients book, %i px", async (width) => {
  const page = await open("drmarco", "/app/ajustes/clinica", { login: GESTOR, again: true, width });
  try {
    await page.getByRole("radio", { name: "Violeta" }).check({ force: true });
    await page.getByRole("button", { name: "Salvar cor" }).click();
    await page.getByText("Cor salva.").waitFor();
    await expect.poll(() => colourOf(page)).toContain(shades(VIOLETA, "claro")!["--marca"]);

    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: /^(Escolher|Trocar) imagem$/ }).click();
    await (await chooser).setFiles({ name: "logo.png", mimeType: "image/png", buffer: await png(page) });
    await page.getByRole("button", { name: "Salvar logo" }).click();
    await page.getByText("Logo salva.").waitFor();
    await page.getByAltText("Logo da clínica").waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);

    for (const door of ["/static/login.html", "/agendar"]) {
      const guest = await open("drmarco", door, { width });
      await guest.getByText("Dr. Marco Clínica").first().waitFor();
      await expect.poll(() => colourOf(guest), { message: door }).toContain(shades(VIOLETA, "claro")!["--marca"]);
      await expect.poll(() => showsLogo(guest), { message: door }).toBe(true);
      expect(await violations(guest), door).toEqual([]);
    }

    await page.getByRole("button", { name: "Remover" }).click();
    await page.getByText("Logo removida.").waitFor();
    await page.getByRole("radio", { name: "Nenhuma" }).check({ force: true });
    await page.getByRole("button", { name: "Salvar cor" }).click();
    await expect.poll(() => colourOf(page)).toBe("");
  } finally {
    await call(page, "PATCH", "/api/clinica", { cor: null });
    await call(page, "DELETE", "/api/clinica/logo");
  }
});
