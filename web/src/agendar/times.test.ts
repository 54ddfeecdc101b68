import { describe, expect, it } from "vitest";
import { type Day, countdown, ends, near, parts, whoHas } from "./times";

const day = (over: Partial<Day> = {}): Day => ({ data: "2026-11-30", duracao: 30, horarios: [], total: 0, expediente: [], ...over });
const all = day({
  horarios: ["08:00", "09:00", "14:00"],
  medicos: [
    { medico_id: 1, horarios: ["08:00", "09:00"] },
    { medico_id: 2, horarios: ["08:00", "09:00", "14:00"] },
  ],
});

describe("times", () => {
  it("are told by part of the day", () => {
    expect(parts(["08:00", "11:59", "12:00", "18:00"])).toEqual([
      { name: "Manhã", hours: ["08:00", "11:59"] },
      { name: "Tarde", hours: ["12:00"] },
      { name: "Noite", hours: ["18:00"] },
    ]);
    expect(parts([])).toEqual([]);
  });

  it("are somebody's: of several, who has most free", () => {
    expect(whoHas(all, "08:00")).toBe(2);
    expect(whoHas(all, "10:00")).toBeNull();
    expect(whoHas(day({ medico_id: 7, horarios: ["08:00"] }), "08:00")).toBe(7);
  });

  it("near another are the nearest, in order", () => {
    expect(near(all, "09:30", 2)).toEqual([
      { data: "2026-11-30", hora: "08:00", medico_id: 2 },
      { data: "2026-11-30", hora: "09:00", medico_id: 2 },
    ]);
  });

  it("end where the clinic opens no more", () => {
    expect(ends([day(), day({ motivo: "fora_do_periodo" })])).toBe(true);
    expect(ends([day({ motivo: "lotado" })])).toBe(false);
    expect(ends([])).toBe(false);
  });

  it("count down in minutes and seconds", () => {
    expect([countdown(299_001), countdown(9_000), countdown(-5)]).toEqual(["5:00", "0:09", "0:00"]);
  });
});
