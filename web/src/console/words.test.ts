import { describe, expect, it } from "vitest";
import { address, documento, dollars, whole } from "./words";

describe("the console's words", () => {
  it("reads whole numbers, and tells nothing from nonsense", () => {
    expect([whole("2.000"), whole(" "), whole("dois"), whole("-3")]).toEqual([2000, null, undefined, undefined]);
  });

  it("says dollars and documents", () => {
    expect(dollars(1_234_567)).toBe("US$ 1,23");
    expect([documento("12345678000190"), documento("12345678901")]).toEqual(["12.345.678/0001-90", "123.456.789-01"]);
  });

  it("makes an address of a name", () => {
    expect(address("Clínica São José")).toBe("sao-jose");
    expect(address("  Odonto & Cia. ")).toBe("odonto-cia");
  });
});
