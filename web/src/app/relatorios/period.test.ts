import { describe, expect, it } from "vitest";
import { before, days, fault, words } from "./period";

const today = "2026-03-31";

describe("presets", () => {
  it("count whole days up to today", () => {
    expect(days("mes", today)).toEqual({ de: "2026-03-01", ate: "2026-03-31" });
    expect(days("mes-passado", today)).toEqual({ de: "2026-02-01", ate: "2026-02-28" });
    expect(days("30", today)).toEqual({ de: "2026-03-02", ate: "2026-03-31" });
    expect(days("90", today)).toEqual({ de: "2026-01-01", ate: "2026-03-31" });
    expect(days("ano", today)).toEqual({ de: "2026-01-01", ate: "2026-03-31" });
    expect(days("proximos", today)).toEqual({ de: "2026-03-31", ate: "2026-04-29" });
    expect(days("outro", today, { de: "2026-01-05", ate: "x" })).toEqual({ de: "2026-01-05", ate: "2026-03-31" });
  });

  it("are compared with what came before", () => {
    const compared = (preset: Parameters<typeof days>[0]) => before(preset, days(preset, today));
    expect(compared("mes")).toEqual({ de: "2026-02-01", ate: "2026-02-28" });
    expect(compared("mes-passado")).toEqual({ de: "2026-01-01", ate: "2026-01-31" });
    expect(compared("30")).toEqual({ de: "2026-01-31", ate: "2026-03-01" });
    expect(compared("ano")).toEqual({ de: "2025-01-01", ate: "2025-03-31" });
    expect(before("outro", { de: "2026-01-05", ate: "2026-01-05" })).toEqual({ de: "2026-01-04", ate: "2026-01-04" });
  });
});

it("says what cannot be counted", () => {
  expect(fault({ de: "2026-01-02", ate: "2026-01-01" })).toContain("antes");
  expect(fault({ de: "2025-01-01", ate: "2026-01-02" })).toContain("366");
  expect(fault({ de: "2025-01-01", ate: "2026-01-01" })).toBe("");
});

it("says the days shortly", () => {
  expect(words({ de: "2026-11-01", ate: "2026-11-30" })).toBe("novembro de 2026");
  expect(words({ de: "2026-11-01", ate: "2026-11-28" })).toBe("01/11 a 28/11/2026");
  expect(words({ de: "2025-12-15", ate: "2026-01-13" })).toBe("15/12/2025 a 13/01/2026");
  expect(words({ de: "2026-11-28", ate: "2026-11-28" })).toBe("28/11/2026");
});
