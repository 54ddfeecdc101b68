/** Every page there is: nothing axe complains of, nothing wider than its window, in both themes and at both widths. */
import { describe, test } from "vitest";
import { PAGES, settled } from "../scripts/pages.mjs";
import { DESKTOP, PHONE, expect, open, overflows, violations } from "./harness";

const LOOKS = [
  { theme: "light", width: DESKTOP },
  { theme: "dark", width: DESKTOP },
  { theme: "dark", width: PHONE },
  { theme: "light", width: PHONE },
] as const;

describe("every page, in both themes and at both widths", () => {
  test.each(PAGES)("$name", async ({ host, path, login, expects }) => {
    const page = await open(host, path, { ...(login ? { login, again: true } : {}), ...(expects ? { expects } : {}) });
    for (const { theme, width } of LOOKS) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height: 900 });
      await settled(page);
      expect(await violations(page), `in ${theme} at ${width} px`).toEqual([]);
      expect(await overflows(page), `too wide in ${theme} at ${width} px`).toBe(false);
    }
  });
});
