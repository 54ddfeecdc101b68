import { expect, test } from "vitest";
import { byHour, peaks } from "./rows";

const hour = (dia_semana: number, hora: number, minutos_oferecidos: number, minutos_ocupados: number) => ({
  dia_semana,
  hora,
  minutos_oferecidos,
  minutos_ocupados,
  taxa: minutos_ocupados / minutos_oferecidos,
});

test("hours go from the first to the last, the empty ones between them too", () => {
  const rows = byHour([hour(1, 11, 60, 30), hour(1, 8, 60, 60), hour(2, 8, 60, 0)]);
  expect(rows.map(({ label, days }) => [label, days.length])).toEqual([["8h", 2], ["9h", 0], ["10h", 0], ["11h", 1]]);
  expect(byHour([])).toEqual([]);
});

test("the fullest and the emptiest are said, what was hardly offered is not", () => {
  expect(peaks([hour(2, 9, 240, 220), hour(5, 16, 240, 48), hour(6, 8, 30, 30)])).toBe("Mais cheio: terça, 9h (92%). Mais livre: sexta, 16h (20%).");
  expect(peaks([hour(2, 9, 60, 30), hour(3, 9, 60, 30)])).toBe("");
  expect(peaks([hour(2, 9, 60, 30), hour(3, 9, 60, 0), hour(3, 10, 60, 0)])).toContain("2 horas da semana sem nenhuma consulta");
  expect(peaks([])).toBe("");
});
