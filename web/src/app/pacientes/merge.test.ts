import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Shapes } from "../../api/client";
import { apart, merged, ROWS, shown } from "./merge";

type Patient = Shapes["PacienteOut"];
interface Case {
  caso: string;
  fica: Partial<Patient>;
  some: Partial<Patient>;
  resultado?: Partial<Patient>;
  recusa?: string;
}
/** The cases the API is held to as well (`functions/scheduling/tests/api/pacientes_fusao.rs`). */
const CASES = JSON.parse(readFileSync(new URL("../../../../tests/data/fusao.json", import.meta.url), "utf8")) as Case[];

/** A record with these fields, a letter written `a×9` nine times, and nothing else but a name and what everybody is taken to agree to. */
function record(id: number, fields: Partial<Patient>): Patient {
  const empty = { telefone: null, cpf: null, cns: null, email: null, nascimento_dia: null, convenio_id: null, carteirinha: null, observacoes: null };
  const asked = { nome: "Ana Lima", aceita_lembretes: true, aceita_marketing: false, criado_em: "2026-01-01T00:00:00Z", versao: 1 };
  const observacoes = fields.observacoes?.replace(/(.)×(\d+)/u, (_, letter: string, times: string) => letter.repeat(Number(times))) ?? null;
  return { ...empty, ...asked, ...fields, observacoes, id };
}

const ana = { id: 1, nome: "Ana Souza", telefone: "+5511987654321", observacoes: "Canhota", aceita_lembretes: true, aceita_marketing: true, criado_em: "2026-01-01T00:00:00Z", versao: 1 };
const other = { ...ana, id: 2, nome: "Ana S.", telefone: "+5511911111111", cpf: "52998224725", observacoes: "Cadeirante", aceita_marketing: false };

describe("two records made one", () => {
  it.each(CASES)("$caso", ({ fica, some, resultado, recusa }) => {
    const [kept, gone] = [record(1, fica), record(2, some)];
    expect(apart(kept, gone)).toBe(recusa ? `Os dois cadastros têm ${recusa} diferentes, então parecem ser de pessoas diferentes. Se um deles está errado, corrija-o antes de unir.` : "");
    if (resultado) expect(merged(kept, gone)).toEqual(record(1, resultado));
  });

  it("name every field that is compared in the table of cases", () => {
    const named = new Set(CASES.flatMap((one) => Object.keys(one.resultado ?? {})));
    expect(ROWS.map((row) => row.field).filter((field) => !named.has(field))).toEqual([]);
  });

  it("are shown as people read them", () => {
    const name = (id: number) => `Plano ${id}`;
    expect(shown(other, "cpf", name)).toBe("529.982.247-25");
    expect(shown({ ...ana, convenio_id: 7 }, "convenio_id", name)).toBe("Plano 7");
    expect(shown(ana, "email", name)).toBe("");
    expect(shown(other, "aceita_marketing", name)).toBe("Não aceita");
  });
});
