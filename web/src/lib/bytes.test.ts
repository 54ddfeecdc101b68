import { expect, test } from "vitest";
import { bytes } from "./bytes";

test("sizes are short", () => {
  expect([0, 10, 999, 1_500, 1_500_000, 3_200_000_000].map(bytes)).toEqual(["0 B", "10 B", "999 B", "1,5 kB", "1,5 MB", "3,2 GB"]);
  expect(bytes(4.2e15)).toBe("4.200 TB");
});
