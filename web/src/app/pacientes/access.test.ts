import { expect, test } from "vitest";
import { what, who, whom } from "./access";

const access = { tipo: "busca", usuario_nome: "Tânia", pacientes: [1, 2, 3], conversas: [] as number[] };

test("an access says who, where and how many were shown", () => {
  expect([who(access), what(access), whom(access)]).toEqual(["Tânia", "numa busca", "3 pacientes"]);
  expect(whom({ ...access, pacientes: [1], conversas: [7] })).toBe("1 paciente e 1 conversa");
  expect(whom({ ...access, pacientes: [], conversas: [7, 8] })).toBe("2 conversas");
});

test("who left has no name, and what nobody gave words to is shown as it is called", () => {
  expect(who({ ...access, usuario_nome: null })).toBe("Alguém que saiu da equipe");
  expect(what({ ...access, tipo: "outro" })).toBe("outro");
});
