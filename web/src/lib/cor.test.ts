import { expect, test } from "vitest";
import { contrast, readable } from "./cor";

test("contrast is WCAG's", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

test("a colour nobody could read becomes one that can be read", () => {
  for (const hex of ["#ffee00", "#7fffd4", "#123456", "#ff0000", "#ffffff", "#000000"]) {
    expect(contrast(readable(hex, "#ffffff", "#000000"), "#ffffff")).toBeGreaterThanOrEqual(4.5);
    expect(contrast(readable(hex, "#141d1b", "#ffffff"), "#141d1b")).toBeGreaterThanOrEqual(4.5);
  }
  expect(readable("#123456", "#ffffff", "#000000")).toBe("#123456");
});
