import { expect, it } from "vitest";
import { instantOf, offsetOf } from "./instant";

it("is what the clinic's clock says, wherever it is read", () => {
  expect(new Date(instantOf("2026-11-30", "14:30", "America/Sao_Paulo")).toISOString()).toBe("2026-11-30T17:30:00.000Z");
  expect(new Date(instantOf("2026-11-30", "14:30", "America/Manaus")).toISOString()).toBe("2026-11-30T18:30:00.000Z");
  // The clocks of a place that changes them.
  expect(new Date(instantOf("2026-07-01", "00:10", "Europe/Lisbon")).toISOString()).toBe("2026-06-30T23:10:00.000Z");
});

it("knows how far a clock is from Greenwich's, also where clocks change", () => {
  const [winter, summer] = [Date.parse("2026-01-15T12:00:00Z"), Date.parse("2026-07-15T12:00:00Z")];
  expect(offsetOf("America/Sao_Paulo", winter)).toBe("-03:00");
  expect(offsetOf("America/Manaus", winter)).toBe("-04:00");
  expect([offsetOf("Europe/Lisbon", winter), offsetOf("Europe/Lisbon", summer)]).toEqual(["+00:00", "+01:00"]);
});
