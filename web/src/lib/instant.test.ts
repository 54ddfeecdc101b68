import { expect, it } from "vitest";
import { instantOf } from "./instant";

it("is what the clinic's clock says, wherever it is read", () => {
  expect(new Date(instantOf("2026-11-30", "14:30", "America/Sao_Paulo")).toISOString()).toBe("2026-11-30T17:30:00.000Z");
  expect(new Date(instantOf("2026-11-30", "14:30", "America/Manaus")).toISOString()).toBe("2026-11-30T18:30:00.000Z");
  // The clocks of a place that changes them.
  expect(new Date(instantOf("2026-07-01", "00:10", "Europe/Lisbon")).toISOString()).toBe("2026-06-30T23:10:00.000Z");
});
