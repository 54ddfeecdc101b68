import { expect, it } from "vitest";
import { intent } from "./intent";

it("keeps its key for as long as the same is meant", () => {
  const headers = intent();
  const first = headers({ centavos: 1 });
  expect(headers({ centavos: 1 })).toEqual(first);
  expect(headers({ centavos: 2 })).not.toEqual(first);
});
