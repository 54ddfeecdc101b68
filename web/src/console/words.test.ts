import { describe, expect, it } from "vitest";
import { address, bytes, documento, dollars, month, whole } from "./words";

describe("the console's words", () => {
  it("reads whole numbers, and tells nothing from nonsense", () => {
    expect([whole("2.000"), whole(" "), whole("dois"), whole("-3")]).toEqual([2000, null, undefined, undefined]);
  });

  it("says sizes, months, dollars and documents", () => {
    expect([bytes(0), bytes(999), bytes(1_500), bytes(2_300_000_000)]).toEqual(["0 B", "999 B", "1,5 kB", "2,3 GB"]);
    expect(month("2026-11-01")).toBe("Novembro de 2026");
    expect(dollars(1_234_567)).toBe("US$ 1,23");
    expect([documento("12345678000190"), documento("12345678901")]).toEqual(["12.345.678/0001-90", "123.456.789-01"]);
  });

  it("makes an address of a name", () => {
    expect(address("Clínica São José")).toBe("sao-jose");
    expect(address("  Odonto & Cia. ")).toBe("odonto-cia");
  });
});
