import { expect, test } from "vitest";
import { VIEWS, isOneOnly, isView, span, step, title } from "./window";

test("a week begins on Sunday, a month is whole weeks", () => {
  expect(span("dia", "2026-11-28")).toEqual({ from: "2026-11-28", to: "2026-11-28" });
  expect(span("semana", "2026-11-28")).toEqual({ from: "2026-11-22", to: "2026-11-28" });
  expect(span("mes", "2026-11-28")).toEqual({ from: "2026-11-01", to: "2026-12-05" });
  expect(span("mes", "2026-02-10")).toEqual({ from: "2026-02-01", to: "2026-02-28" });
});

test("steps", () => {
  expect(step("dia", "2026-12-31", 1)).toBe("2027-01-01");
  expect(step("semana", "2026-11-28", -1)).toBe("2026-11-21");
  expect(step("mes", "2026-03-31", -1)).toBe("2026-02-28");
});

test("titles name the year only when it is another", () => {
  expect(title("dia", "2026-11-30", "2026-11-28")).toBe("segunda-feira, 30 de novembro");
  expect(title("lista", "2027-01-04", "2026-11-28")).toBe("segunda-feira, 4 de janeiro de 2027");
  expect(title("semana", "2026-11-28", "2026-11-28")).toBe("22/11 a 28/11/2026");
  expect(title("mes", "2026-11-28", "2026-11-28")).toBe("novembro de 2026");
});

test("a week and a month are one professional's, and an address names no view that is not there", () => {
  expect(VIEWS.filter(({ id }) => isOneOnly(id)).map(({ label }) => label)).toEqual(["Semana", "Mês"]);
  expect(["mes", "toString", "", null].map(isView)).toEqual([true, false, false, false]);
  expect(new Set(VIEWS.map(({ key }) => key)).size).toBe(VIEWS.length);
});
