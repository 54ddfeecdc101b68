/** A full day of a large clinic: thirty professionals, three hundred visits. How fast it is, `make speed` tells. */
import { describe, test } from "vitest";
import { settled, workday } from "../scripts/pages.mjs";
import { DESKTOP, PHONE, expect, open, overflows, violations } from "./harness";

const GESTORA = "profissional1@policlinica.com";

describe.each([DESKTOP, PHONE])("at %i px", (width) => {
  test("all three hundred visits are there, and a visit is found and opened", async () => {
    const page = await open("policlinica", `/app/agenda?ver=dia&dia=${workday()}`, { login: GESTORA, width });
    await settled(page);
    const visits = page.locator(".ec-event.consulta");
    expect(await visits.count()).toBe(300);
    expect(await overflows(page)).toBe(false);
    expect(await violations(page)).toEqual([]);
    // The last column's last visit is far out of sight.
    await visits.last().scrollIntoViewIfNeeded();
    await visits.last().click();
    await page.getByRole("dialog").getByRole("heading").first().waitFor();
  });
});
