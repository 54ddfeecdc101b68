import { afterEach, expect, test, vi } from "vitest";
import { clinicNow } from "./dates";
import { instantOf, offsetOf } from "./instant";
import { ahead, learn } from "./relogio";

afterEach(() => vi.restoreAllMocks());

/** From Brazil's last summer time on. */
const told = { deslocamento_minutos: -180, de: "2019-02-17T02:00:00Z", ate: "2027-12-01T00:00:00Z" };

test("what the server told is told without the browser's tables, from its first instant to its last", () => {
  learn("America/Sao_Paulo", told);
  const made = vi.spyOn(Intl, "DateTimeFormat");
  const at = (instant: string) => clinicNow("America/Sao_Paulo", new Date(instant));
  expect(at("2026-11-28T02:30:59.999Z")).toEqual({ day: "2026-11-27", hour: "23:30" });
  expect(at("2027-01-01T02:59:59Z")).toEqual({ day: "2026-12-31", hour: "23:59" });
  expect(at(told.de)).toEqual({ day: "2019-02-16", hour: "23:00" });
  expect(at("2027-11-30T23:59:59Z")).toEqual({ day: "2027-11-30", hour: "20:59" });
  expect(offsetOf("America/Sao_Paulo", Date.parse("2026-11-28T02:30:00Z"))).toBe("-03:00");
  expect(new Date(instantOf("2026-11-30", "14:30", "America/Sao_Paulo")).toISOString()).toBe("2026-11-30T17:30:00.000Z");
  expect(made).not.toHaveBeenCalled();
});

test("beyond it, and of other zones, the browser is asked", () => {
  learn("America/Sao_Paulo", told);
  // The last of Brazil's summers with a time of its own.
  expect(clinicNow("America/Sao_Paulo", new Date("2019-02-17T01:59:59Z"))).toEqual({ day: "2019-02-16", hour: "23:59" });
  expect(offsetOf("America/Sao_Paulo", Date.parse("2018-12-24T12:00:00Z"))).toBe("-02:00");
  expect(new Date(instantOf("2018-12-24", "14:30", "America/Sao_Paulo")).toISOString()).toBe("2018-12-24T16:30:00.000Z");
  expect(clinicNow("America/Noronha", new Date("2026-11-28T02:30:00Z"))).toEqual({ day: "2026-11-28", hour: "00:30" });
  expect(ahead("America/Sao_Paulo", Date.parse(told.ate))).toBeUndefined();
  expect(ahead("America/Sao_Paulo", NaN)).toBeUndefined();
});

test("the server's word is the one that counts, east of Greenwich as well", () => {
  learn("America/Manaus", { deslocamento_minutos: 330, de: "2026-11-01T00:00:00Z", ate: "2026-12-01T00:00:00Z" });
  expect(clinicNow("America/Manaus", new Date("2026-11-27T20:30:00Z"))).toEqual({ day: "2026-11-28", hour: "02:00" });
  expect(offsetOf("America/Manaus", Date.parse("2026-11-27T20:30:00Z"))).toBe("+05:30");
  // Told anew, it is the new that counts.
  learn("America/Manaus", { deslocamento_minutos: 0, de: "2026-11-01T00:00:00Z", ate: "2026-12-01T00:00:00Z" });
  expect(offsetOf("America/Manaus", Date.parse("2026-11-27T20:30:00Z"))).toBe("+00:00");
});
