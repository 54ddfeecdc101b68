import { expect, test } from "vitest";
import { month } from "./month";

test("a month is told of itself and of its days", () => {
  expect(["2026-11", "2026-11-01", "2026-03-31"].map(month)).toEqual(["Novembro de 2026", "Novembro de 2026", "Março de 2026"]);
});
