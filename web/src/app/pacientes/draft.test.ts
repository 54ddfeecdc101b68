import { describe, expect, it } from "vitest";
import { changed, created, draftOf, faults, named, rebased } from "./draft";

const full = draftOf({
  nome: "Ana Souza",
  telefone: "+5511987654321",
  cpf: "52998224725",
  nascimento_dia: "1980-05-02",
  convenio_id: 3,
  observacoes: "Alérgica a dipirona",
});

describe("a patient's form", () => {
  it("shows what is kept as people read it, and finds nothing wrong with it", () => {
    expect(full).toMatchObject({ telefone: "(11) 98765-4321", cpf: "529.982.247-25", nascimento_dia: "02/05/1980", email: "" });
    expect(faults(full, "2026-11-28")).toEqual({});
  });

  it("says what is wrong, field by field", () => {
    const wrong = { ...full, nome: " ", telefone: "98765", cpf: "123", cns: "1", email: "ana@", nascimento_dia: "01/01/2030" };
    expect(Object.keys(faults(wrong, "2026-11-28"))).toEqual(["nome", "telefone", "cpf", "cns", "email", "nascimento_dia"]);
    expect(faults({ ...full, nascimento_dia: "31/02/1980" }, "2026-11-28").nascimento_dia).toContain("como");
  });

  it("tells of a new patient only what is filled in", () => {
    expect(created(draftOf({ nome: "  Ana   Souza " }))).toEqual({ nome: "Ana Souza" });
    expect(created(full)).toEqual({
      nome: "Ana Souza",
      telefone: "(11) 98765-4321",
      cpf: "52998224725",
      nascimento_dia: "1980-05-02",
      convenio_id: 3,
      observacoes: "Alérgica a dipirona",
    });
  });

  it("sends only what changed, and null for what was emptied", () => {
    expect(changed(full, full)).toEqual({});
    expect(changed(full, { ...full, cpf: "", nome: "Ana Lima", convenio_id: null })).toEqual({ cpf: null, nome: "Ana Lima", convenio_id: null });
  });

  it("keeps what was typed when somebody else saved before, and says what they changed", () => {
    const typed = { ...full, nome: "Ana Lima", observacoes: "Canhota" };
    const newest = { ...full, telefone: "(11) 3333-4444", observacoes: "Cadeirante" };
    const { draft, theirs, both } = rebased(full, typed, newest);
    expect(draft).toEqual({ ...full, nome: "Ana Lima", telefone: "(11) 3333-4444", observacoes: "Canhota" });
    expect([theirs, both]).toEqual([["telefone", "observacoes"], ["observacoes"]]);
    expect(named(theirs)).toBe("o telefone e as observações");
    // Both wrote the same: nothing is lost.
    expect(rebased(full, { ...full, cpf: "" }, { ...full, cpf: "" }).both).toEqual([]);
  });

  it("says the card with its plan, and none without one", () => {
    const insured = { ...full, carteirinha: " 0 032.1  " };
    expect(changed(full, insured)).toEqual({ carteirinha: "0 032.1" });
    expect(changed(insured, { ...insured, convenio_id: 4 })).toEqual({ convenio_id: 4, carteirinha: "0 032.1" });
    expect(changed(insured, { ...insured, convenio_id: null })).toEqual({ convenio_id: null, carteirinha: null });
    expect(faults({ ...full, carteirinha: "ção" }, "2026-11-28").carteirinha).toContain("cartão");
    expect(faults({ ...full, convenio_id: null, carteirinha: "ção" }, "2026-11-28")).toEqual({});
  });
});
