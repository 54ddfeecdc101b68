/** Every page there is: nothing axe complains of, nothing wider than its window, in both themes and at both widths. */
import { describe, test } from "vitest";
import { PAGES, settled } from "../scripts/pages.mjs";
import { DESKTOP, PHONE, expect, open, overflows, violations } from "./harness";

const LOOKS = [
  { theme: "light", width: DESKTOP },
  { theme: "dark", width: PHONE },
  { theme: "dark", width: DESKTOP },
  { theme: "light", width: PHONE },
] as const;

describe.each(LOOKS)("in $theme at $width px", ({ theme, width }) => {
  test.each(PAGES)("$name", async ({ host, path, login, expects }) => {
    const page = await open(host, path, { width, theme, ...(login ? { login } : {}), ...(expects ? { expects } : {}) });
    await settled(page);
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
  });
});
