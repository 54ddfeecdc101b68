import { describe, expect, it } from "vitest";
import { EMPTY, bodyOf, missing, stepOf } from "./pedido";

describe("a new clinic", () => {
  it("needs a name and an address first, then an e-mail", () => {
    expect(Object.keys(missing(0, EMPTY))).toEqual(["nome", "subdomain"]);
    expect(missing(0, { ...EMPTY, nome: "Sol", subdomain: "sol" })).toEqual({});
    expect(Object.keys(missing(1, { ...EMPTY, email: "  " }))).toEqual(["email"]);
    expect(missing(2, EMPTY)).toEqual({});
  });

  it("is sent without what was left empty", () => {
    expect(bodyOf({ ...EMPTY, nome: " Sol ", subdomain: "sol" })).toEqual({ nome: "Sol", subdomain: "sol", plano: "basico", tipo: "secretaria" });
  });

  it("knows where a refused field is", () => {
    expect([stepOf("uf"), stepOf("email"), stepOf("whatsapp"), stepOf("outro")]).toEqual([0, 1, 2, -1]);
  });
});
