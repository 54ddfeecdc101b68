import { expect, test } from "vitest";
import { parseMoney, typedMoney } from "./amount";

test("amounts are read as people type them", () => {
  const typed = ["250", "250,5", "250,50", "1.250,00", "1.250", "250.5", "R$ 80", "0"];
  expect(typed.map(parseMoney)).toEqual([25000, 25050, 25050, 125000, 125000, 25050, 8000, 0]);
  expect(["249,9", "R$ 0,05"].map(parseMoney)).toEqual([24990, 5]);
  expect(["", "dez", "1,2,3", "-5", "1,234", "1,999"].map(parseMoney)).toEqual([null, null, null, null, null, null]);
});

test("a field shows what would be typed", () => {
  expect([25000, 5, null].map(typedMoney)).toEqual(["250,00", "0,05", ""]);
});
