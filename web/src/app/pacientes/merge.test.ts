import { describe, expect, it } from "vitest";
import { apart, merged, shown } from "./merge";

const ana = { id: 1, nome: "Ana Souza", telefone: "+5511987654321", observacoes: "Canhota", aceita_lembretes: true, aceita_marketing: true, criado_em: "2026-01-01T00:00:00Z", versao: 1 };
const other = { ...ana, id: 2, nome: "Ana S.", telefone: "+5511911111111", cpf: "52998224725", observacoes: "Cadeirante", aceita_marketing: false };

describe("two records made one", () => {
  it("keep what the one that stays has, fill what it lacks, and take the stricter consent", () => {
    expect(merged(ana, other)).toMatchObject({
      id: 1,
      nome: "Ana Souza",
      telefone: "+5511987654321",
      cpf: "52998224725",
      observacoes: "Canhota\nCadeirante",
      aceita_lembretes: true,
      aceita_marketing: false,
    });
    expect(merged(ana, { ...ana, id: 2 }).observacoes).toBe("Canhota");
  });

  it("keep the card of the plan that stays", () => {
    const insured = { ...other, convenio_id: 7, carteirinha: "0123" };
    expect(merged(ana, insured)).toMatchObject({ convenio_id: 7, carteirinha: "0123" });
    expect(merged({ ...ana, convenio_id: 8 }, insured)).toMatchObject({ convenio_id: 8, carteirinha: null });
  });

  it("are two people when their documents differ", () => {
    expect(apart(ana, other)).toBe("");
    expect(apart({ ...ana, cpf: "11144477735" }, other)).toContain("CPFs diferentes");
  });

  it("are shown as people read them", () => {
    const name = (id: number) => `Plano ${id}`;
    expect(shown(other, "cpf", name)).toBe("529.982.247-25");
    expect(shown({ ...ana, convenio_id: 7 }, "convenio_id", name)).toBe("Plano 7");
    expect(shown(ana, "email", name)).toBe("");
    expect(shown(other, "aceita_marketing", name)).toBe("Não aceita");
  });
});
