import { describe, expect, it } from "vitest";
import { age, cnsFits, cpfFits, dayTyped, maskCns, maskCpf, maskDay, maskPhone, phoneFits, typedDay } from "./masks";

describe("masks", () => {
  it("write phones as they are read, at every length", () => {
    for (const [typed, shown] of [
      ["", ""],
      ["1", "(1"],
      ["119", "(11) 9"],
      ["1133334444", "(11) 3333-4444"],
      ["11987654321", "(11) 98765-4321"],
      ["(11) 98765-4321", "(11) 98765-4321"],
      ["011987654321", "(11) 98765-4321"],
      ["5511987654321", "(11) 98765-4321"],
      ["+5511987654321", "(11) 98765-4321"],
      ["+55 11 98765-4321", "(11) 98765-4321"],
      ["+351912345678", "+351912345678"],
      ["+55", "+55"],
      ["abc", ""],
    ] as const) {
      expect(maskPhone(typed), typed).toBe(shown);
    }
  });

  it("never add what was not typed, so that deleting works", () => {
    expect(maskCpf("529")).toBe("529");
    expect(maskCpf("5299")).toBe("529.9");
    expect(maskCpf("52998224725999")).toBe("529.982.247-25");
    expect(maskDay("0205")).toBe("02/05");
    expect(maskDay("02051980")).toBe("02/05/1980");
    expect(maskCns("200000000030018")).toBe("200 0000 0003 0018");
  });
});

describe("checks", () => {
  it("tell CPFs by their digits", () => {
    for (const right of ["529.982.247-25", "11144477735", "123.456.789-09"]) expect(cpfFits(right), right).toBe(true);
    for (const wrong of ["529.982.247-26", "111.111.111-11", "5299822472", ""]) expect(cpfFits(wrong), wrong).toBe(false);
  });

  it("tell numbers of the SUS by their digits", () => {
    for (const right of ["200000000030018", "123456789010000", "700000000000005"]) expect(cnsFits(right), right).toBe(true);
    for (const wrong of ["200000000030019", "300000000000000", "2000"]) expect(cnsFits(wrong), wrong).toBe(false);
  });

  it("want an area code, and the ninth digit of a mobile", () => {
    for (const right of ["(11) 98765-4321", "(34) 3333-4444", "+351912345678"]) expect(phoneFits(right), right).toBe(true);
    for (const wrong of ["98765-4321", "(11) 88765-4321", "+123"]) expect(phoneFits(wrong), wrong).toBe(false);
  });
});

describe("birthdays", () => {
  it("are read when the day exists", () => {
    expect(dayTyped("29/02/2024")).toBe("2024-02-29");
    expect(dayTyped("29/02/2023")).toBeNull();
    expect(dayTyped("2/5/1980")).toBeNull();
    expect(typedDay("1980-05-02")).toBe("02/05/1980");
    expect(typedDay(null)).toBe("");
  });

  it("say how old somebody is", () => {
    expect(age("1980-11-29", "2026-11-28")).toBe("45 anos");
    expect(age("1980-11-28", "2026-11-28")).toBe("46 anos");
    expect(age("2026-10-20", "2026-11-28")).toBe("1 mês");
    expect(age("2025-06-01", "2026-11-28")).toBe("17 meses");
    expect(age("2027-01-01", "2026-11-28")).toBe("");
  });
});
