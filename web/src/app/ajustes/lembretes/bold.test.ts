import { expect, test } from "vitest";
import { parts } from "./bold";

test("what stands between asterisks is bold", () => {
  expect(parts("Oi *Ana*, 2 * 3\n*x*")).toEqual([
    { text: "Oi ", bold: false },
    { text: "Ana", bold: true },
    { text: ", 2 * 3\n", bold: false },
    { text: "x", bold: true },
  ]);
});
