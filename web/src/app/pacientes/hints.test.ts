import { expect, it } from "vitest";
import { searches } from "./hints.svelte";

it("looks only for what tells somebody apart", () => {
  expect(searches({ nome: "Ana", telefone: "(11) 9", cpf: "529" })).toEqual([]);
  expect(searches({ nome: "Ana  Souza", telefone: "", cpf: "" })).toEqual(["Ana Souza"]);
  expect(searches({ nome: "Ana", telefone: "(11) 98765-4321", cpf: "529.982.247-25" })).toEqual(["52998224725", "(11) 98765-4321"]);
});
