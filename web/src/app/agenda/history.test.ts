import { expect, test } from "vitest";
import type { Shapes } from "../../api/client";
import { changed, deed } from "./history";

const change = (antes: object | null, depois: object | null) => ({ antes, depois }) as Shapes["MudancaOut"];

test("only what changed is told, by the clinic's clock", () => {
  const lines = changed(
    change({ inicio_em: "2026-11-30T12:00:00Z", status: "agendado", medico_id: 1 }, { inicio_em: "2026-12-01T13:30:00Z", status: "agendado", medico_id: 1 }),
    "America/Sao_Paulo",
  );
  expect(lines).toEqual(["segunda-feira, 30 de novembro, 09:00 → terça-feira, 1 de dezembro, 10:30"]);
  expect(changed(change(null, { status: "agendado" }), "America/Sao_Paulo")).toEqual([]);
});

test("who left is named as well", () => {
  const people = new Map([
    [1, { nome: "Dra. Ana" }],
    [2, { nome: "Dr. Bento" }],
  ]);
  const lines = changed(change({ medico_id: 1 }, { medico_id: 2 }), "America/Sao_Paulo", (id) => people.get(id));
  expect(lines).toEqual(["Dra. Ana → Dr. Bento"]);
});

test("an action without words keeps its name", () => {
  expect(deed("criado")).toBe("Marcado");
  expect(deed("outra_coisa")).toBe("Outra coisa");
});
