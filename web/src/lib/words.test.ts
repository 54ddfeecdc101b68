import { expect, test } from "vitest";
import { capitalized, count, fold, initials, mentions, money, phone, priceWords } from "./words";

test("phones", () => {
  expect(phone("+5511987654321")).toBe("(11) 98765-4321");
  expect(phone("+551133334444")).toBe("(11) 3333-4444");
  expect(phone("+14155550100")).toBe("+14155550100");
  expect(phone(null)).toBe("");
});

test("money and counts", () => {
  expect([null, 0].map(priceWords)).toEqual(["", "sem custo"]);
  expect(money(25_000).replace(/\u00a0/g, " ")).toBe("R$ 250,00");
  expect(count(1, "consulta", "consultas")).toBe("1 consulta");
  expect(count(1200, "consulta", "consultas")).toBe("1.200 consultas");
});

test("capitals", () => {
  expect(["há 3 min", "às terças", ""].map(capitalized)).toEqual(["Há 3 min", "Às terças", ""]);
});

test("initials", () => {
  expect(initials("Maria das Dores Souza")).toBe("MS");
  expect(initials("  ana ")).toBe("A");
  expect(initials("Dra. Tânia Ribeiro")).toBe("TR");
  expect(initials("Drauzio Lima")).toBe("DL");
  expect(initials("")).toBe("");
});

test("a name is found without its accents, and by any of its words", () => {
  expect(fold("Íris CONCEIÇÃO")).toBe("iris conceicao");
  expect(mentions("João da Silva", "joao")).toBe(true);
  expect(mentions("Joao da Silva", "João")).toBe(true);
  expect(mentions("João da Silva", " silva  jo ")).toBe(true);
  expect(mentions("João da Silva", "joana")).toBe(false);
  expect(mentions("João da Silva", " ")).toBe(true);
});
