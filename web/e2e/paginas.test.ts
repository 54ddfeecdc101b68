/** Every page there is: nothing axe complains of, nothing wider than its window, in both themes and at both widths. */
import { describe, test } from "vitest";
import { PAGES, settled, still } from "../scripts/pages.mjs";
import { DESKTOP, PHONE, expect, open, overflows, violations } from "./harness";

/** What a theme can do wrong; the rest is the same in both. */
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

describe("every page, in both themes and at both widths", () => {
  test.each(PAGES)("$name", async ({ host, path, login, expects }) => {
    const page = await open(host, path, { ...(login ? { login, again: true } : {}), ...(expects ? { expects } : {}) });
    for (const width of [DESKTOP, PHONE]) {
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize({ width, height: 900 });
      await settled(page);
      expect(await violations(page), `in light at ${width} px`).toEqual([]);
      expect(await overflows(page), `too wide at ${width} px`).toBe(false);
      await page.emulateMedia({ colorScheme: "dark" });
      await still(page);
      expect(await violations(page, OF_COLOURS), `in dark at ${width} px`).toEqual([]);
    }
  });
});
