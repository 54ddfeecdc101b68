import { describe, expect, it } from "vitest";
import { changes, typed } from "./cadastro";

const clinic = {
  id: 1,
  nome: "Sol",
  subdomain: "sol",
  fuso: "America/Sao_Paulo",
  telefone: "+551133330000",
  ia_permitida: null,
  retencao_meses: 24,
} as unknown as Parameters<typeof typed>[0];

describe("a clinic's entry", () => {
  it("sends only what changed, and null for what was cleared", () => {
    const before = typed(clinic);
    expect(changes(before, { ...before })).toEqual({});
    expect(changes(before, { ...before, nome: " Lua ", telefone: "", retencao_meses: "36", ia_permitida: "nao" })).toEqual({
      nome: "Lua",
      telefone: null,
      retencao_meses: 36,
      ia_permitida: false,
    });
    expect(changes(before, { ...before, retencao_meses: "" })).toEqual({ retencao_meses: null });
  });

  it("lets the API refuse a number that is none", () => {
    const before = typed(clinic);
    expect(changes(before, { ...before, retencao_meses: "muito" })).toEqual({ retencao_meses: -1 });
  });
});
