import { expect, it } from "vitest";
import { diff } from "./diff";

it("tells only what is different, in words", () => {
  expect(diff({ nome: "Sol", ativo: true, uf: null }, { nome: "Sol", ativo: false, uf: "SP" })).toEqual([
    { name: "ativo", before: "sim", after: "não" },
    { name: "uf", before: "—", after: "SP" },
  ]);
  expect(diff(null, { de_mes: "2026-11-01" })).toEqual([{ name: "de mes", before: "—", after: "2026-11-01" }]);
  expect(diff(null, null)).toEqual([]);
  expect(diff("a", "b")).toEqual([{ name: "valor", before: "a", after: "b" }]);
});
