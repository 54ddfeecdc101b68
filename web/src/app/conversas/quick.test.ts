import { expect, test } from "vitest";
import { asked, fill, find, wrongPlaces } from "./quick";

test("only a slash at the beginning asks", () => {
  expect(["/", "/pre", "/um dois", "oi /pre", "/um\ndois", ""].map(asked)).toEqual(["", "pre", "um dois", null, null, null]);
});

test("titles before texts, accents ignored", () => {
  const all = [
    { id: 1, titulo: "Preparo do exame", texto: "Jejum de 8 horas." },
    { id: 2, titulo: "Endereço", texto: "Rua A. Exame no térreo." },
    { id: 3, titulo: "Exames aceitos", texto: "Todos." },
  ];
  expect(find(all, "exame").map(({ id }) => id)).toEqual([3, 1, 2]);
  expect(find(all, "endereco").map(({ id }) => id)).toEqual([2]);
  expect(find(all, "")).toHaveLength(3);
});

test("who is known is called by the first name, nobody else by any", () => {
  const greeting = "Olá, {nome}! Aqui é da {clinica}.";
  expect(fill(greeting, "Maria Souza", "Clínica A")).toBe("Olá, Maria! Aqui é da Clínica A.");
  expect(fill(greeting, null, "Clínica A")).toBe("Olá! Aqui é da Clínica A.");
  expect(fill("{nome}, tudo bem? Olá {nome}.", null, "A")).toBe("tudo bem? Olá.");
  expect(fill("{nome}", "$& x", "A")).toBe("$&");
});

test("other places are told at once", () => {
  expect(["Olá {nome}", "{Nome}", "{data}", "{nome"].map((text) => wrongPlaces(text) === "")).toEqual([true, false, false, false]);
});
