import { describe, expect, it } from "vitest";
import { Problem } from "../../api/problem";
import { changes, typed } from "./plano";

const plan = {
  nome: "basico",
  titulo: "Básico",
  preco_centavos: 9900,
  limite_profissionais: 2,
  ia_permitida: false,
  ia_limite_tokens: 2_000_000,
  transcricao: false,
  transcricoes_mes: 1000,
  teste_dias: 14,
  ativo: true,
} as Parameters<typeof typed>[0];

describe("a plan that is typed", () => {
  it("sends only what changed; an empty limit is none", () => {
    const before = typed(plan);
    expect(before.preco_centavos).toBe("99,00");
    expect(changes(before, { ...before })).toEqual({});
    expect(changes(before, { ...before, preco_centavos: "109,90", limite_profissionais: "", ativo: false })).toEqual({
      preco_centavos: 10990,
      limite_profissionais: null,
      ativo: false,
    });
  });

  it("refuses what is no number, by field", () => {
    const before = typed(plan);
    try {
      changes(before, { ...before, preco_centavos: "", teste_dias: "x" });
      expect.unreachable();
    } catch (problem) {
      expect((problem as Problem).campos.map(({ campo }) => campo)).toEqual(["preco_centavos", "teste_dias"]);
    }
  });
});
