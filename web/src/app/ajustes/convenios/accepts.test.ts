import { expect, test } from "vitest";
import { aceites, lines } from "./accepts";

test("an empty list is everybody, every day, and goes back as it came", () => {
  const found = lines([], [1, 2]);
  expect(found.map(({ aceita, todos }) => [aceita, todos])).toEqual([
    [true, true],
    [true, true],
  ]);
  expect(aceites(found)).toEqual([]);
});

test("days and quotas go back as they came", () => {
  const stored = [
    { medico_id: 1, dia_semana: null, cota_dia: 4 },
    { medico_id: 1, dia_semana: 5, cota_dia: 0 },
    { medico_id: 2, dia_semana: 1, cota_dia: null },
    { medico_id: 2, dia_semana: 3, cota_dia: 2 },
  ];
  expect(aceites(lines(stored, [1, 2, 3]))).toEqual(stored);
});

test("who does not accept it is left out", () => {
  const found = lines([], [1, 2]);
  found[0]!.aceita = false;
  expect(aceites(found)).toEqual([{ medico_id: 2, dia_semana: null, cota_dia: null }]);
});
