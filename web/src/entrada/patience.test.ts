import { expect, test } from "vitest";
import { tooManyOf } from "./patience";

test("who tried too often waits whole minutes", () => {
  const waits = [0, 20, 61, 900].map((retryAfter) => /Espere (\d+ min) e/.exec(tooManyOf({ retryAfter }))?.[1]);
  expect(waits).toEqual(["1 min", "1 min", "2 min", "15 min"]);
});
