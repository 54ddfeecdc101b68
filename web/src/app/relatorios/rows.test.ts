import { expect, test } from "vitest";
import type { Row, Series } from "./Bars.svelte";
import * as rows from "./rows";
import { byHour, peaks } from "./rows";

const hour = (dia_semana: number, hora: number, minutos_oferecidos: number, minutos_ocupados: number) => ({
  dia_semana,
  hora,
  minutos_oferecidos,
  minutos_ocupados,
  taxa: minutos_ocupados / minutos_oferecidos,
});

/** What a reader sees: each series with its number. */
const told = (series: Series[], { values }: Row) => Object.fromEntries(series.map(({ label }, i) => [label, values[i]]));

test("each number stands under its own name", () => {
  const time = { minutos_oferecidos: 600, minutos_ocupados: 450, minutos_fora: 0, taxa: 0.75 };
  expect(told(rows.OCCUPANCY, rows.occupancyTotal(time))).toEqual({ Ocupado: 450, Livre: 150 });
  const visits = { total: 21, realizados: 1, faltas: 2, cancelados: 3, remarcados: 4, a_realizar: 5, sem_desfecho: 6, taxa_falta: null } as Parameters<typeof rows.attendance>[0];
  expect(told(rows.ATTENDANCE, rows.attendance({ ...visits, grupo: "Total" }))).toEqual({
    Realizadas: 1,
    Faltas: 2,
    Canceladas: 3,
    Remarcadas: 4,
    "Por vir": 5,
    "Sem desfecho": 6,
  });
  const gone = { total: 6, por_paciente: 1, por_clinica: 2, sem_autor: 3, retomados: 0, taxa_retomada: null } as Parameters<typeof rows.cancelled>[0];
  expect(told(rows.CANCELLED, rows.cancelled(gone))).toEqual({ Paciente: 1, Clínica: 2, "Sem registro": 3 });
  const money = { realizado_centavos: 1, previsto_centavos: 2, perdido_centavos: 3 } as Parameters<typeof rows.revenue>[0];
  expect(told(rows.REVENUE, rows.revenue(money))).toEqual({ Realizado: 1, Previsto: 2, Perdido: 3 });
});

test("a group is known by its key, and what has none by its name", () => {
  const money = { realizado_centavos: 1, previsto_centavos: 2, perdido_centavos: 3 };
  const key = (one: { chave?: string | null; grupo: string }) => rows.revenue({ ...money, ...one } as Parameters<typeof rows.revenue>[0]).key;
  expect([key({ chave: "7", grupo: "Unimed" }), key({ chave: null, grupo: "Particular" })]).toEqual(["7", "?Particular"]);
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
