import { expect, it } from "vitest";
import { dayWords, isColleagues, sinceWords, waitsAlready, wishWords } from "./wish";

const names = { medico: (id: number) => `Dra. ${id}`, servico: () => "Retorno" };
const entry = { id: 1, paciente_id: 9, paciente_nome: "Ana", estado: "aguardando", criado_em: "2026-11-20T12:00:00Z" };

it("says days as people do", () => {
  expect(dayWords(null)).toBe("");
  expect(dayWords([1, 2, 3, 4, 5, 6, 7])).toBe("");
  expect(dayWords([3])).toBe("qua");
  expect(dayWords([5, 1, 3])).toBe("seg, qua e sex");
  expect(dayWords([1, 2])).toBe("seg e ter");
  expect(dayWords([5, 4, 3, 2, 1])).toBe("seg a sex");
});

it("says what somebody waits for, and only what was told", () => {
  expect(wishWords(entry, names)).toBe("Qualquer profissional");
  expect(wishWords({ ...entry, medico_id: 4, servico_id: 2, dias: [1, 2, 3], periodo: "manha", vale_ate: "2026-12-30" }, names)).toBe(
    "Dra. 4 · Retorno · seg a qua · de manhã · até 30/12",
  );
});

it("says since when", () => {
  expect(sinceWords("2026-11-28", "2026-11-28")).toBe("desde hoje");
  expect(sinceWords("2026-11-27", "2026-11-28")).toBe("desde ontem");
  expect(sinceWords("2026-11-16", "2026-11-28")).toBe("há 12 dias");
});

it("knows who waits for the same", () => {
  expect(waitsAlready([entry], 9, null, null)).toBe(true);
  expect(waitsAlready([entry], 9, 4, null)).toBe(false);
  expect(waitsAlready([entry], 8, null, null)).toBe(false);
});

it("takes who is told without a record for somebody else's patient", () => {
  const told = { ...entry, paciente_id: null, paciente_nome: "Ana L." };
  expect(isColleagues(entry)).toBe(false);
  expect(isColleagues(told)).toBe(true);
  expect(waitsAlready([told], 9, null, null)).toBe(false);
  expect(wishWords(told, names)).toBe("Qualquer profissional");
});
