/** The clinic's clock, on a computer that is set to another. */
import { test } from "vitest";
import { addDays, clinicNow, shortDay } from "../src/lib/dates";
import { expect, open } from "./harness";

const SECRETARIA = "secretaria@prosaude.com";

test("now and today are the clinic's on a computer in Tokyo", async () => {
  const page = await open("prosaude", "/app/agenda", { login: SECRETARIA, timezone: "Asia/Tokyo" });
  const { day } = clinicNow("America/Sao_Paulo");
  const agenda = page.url().split("?")[0];
  // While a clock is put in, it shows 1970 for a moment, and an open agenda would ask about that day.
  await page.goto("about:blank");
  // Half past three in the afternoon at the clinic: in Tokyo it is tomorrow.
  await page.clock.setFixedTime(new Date(`${day}T15:30:00-03:00`));
  await page.goto(`${agenda}?ver=semana`);
  const now = page.locator(".ec-now-indicator");
  await now.waitFor({ state: "attached" });
  const line = (await now.boundingBox())!.y;
  const label = async (hour: string) => {
    const { y, height } = (await page.locator(".ec-sidebar time", { hasText: hour }).boundingBox())!;
    return y + height / 2;
  };
  expect(Math.abs(line - ((await label("15:00")) + (await label("16:00"))) / 2)).toBeLessThan(6);
  expect(await page.locator(".ec-col-head.ec-today").allInnerTexts()).toEqual([expect.stringContaining(shortDay(day).replace(/^0/, ""))]);
  await page.getByRole("button", { name: "Mês" }).click();
  await page.locator(`.ec-today time[datetime="${day}"]`).waitFor();
  await page.getByRole("button", { name: "Dia", exact: true }).click();
  await now.waitFor({ state: "attached" });
  expect(await page.getByRole("button", { name: "Hoje" }).isDisabled()).toBe(true);
  // Where it is today for the computer, it is not for the clinic.
  await page.goto(`${agenda}?ver=dia&dia=${addDays(day, 1)}`);
  await page.locator(".ec-col-head").first().waitFor();
  expect(await now.count()).toBe(0);
});
