import { expect, test } from "vitest";
import { changes } from "./changes";

test("only what is different is told, also when it was emptied", () => {
  expect(changes({ a: 1, b: null, c: ["x"] }, { a: 1, b: "y", c: ["x"] } as { a: number; b: string | null; c: string[] })).toEqual({ b: null });
});
