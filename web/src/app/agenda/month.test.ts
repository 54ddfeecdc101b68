import { expect, test } from "vitest";
import type { Appointment, Block, Holiday, Hours } from "./events";
import { notesOf, weeksOf } from "./month";
import { daysOf, span } from "./window";

const visit = (data: string, status = "agendado") => ({ data, status }) as Appointment;
/** Closed at weekends and at Christmas. */
const hours: Hours[] = daysOf(span("mes", "2026-12-10")).map((day, i) => ({ medico: 1, day, periods: i % 7 === 0 || i % 7 === 6 || day === "2026-12-25" ? [] : [["08:00", "18:00"]] }));
const holidays = [{ dia: "2026-12-25", nome: "Natal", fechado: true }, { dia: "2027-01-01", nome: "Confraternização", fechado: true }] as Holiday[];
const blocks = [{ id: 1, inicio: "2026-12-21T00:00", fim: "2026-12-24T00:00", tipo: "ferias", medico_id: 1 }] as Block[];
const known = { hours, holidays, blocks };

test("a month is shown in whole weeks, with today among its days", () => {
  const weeks = weeksOf("2026-12-10", "2026-12-01", 1, [], known);
  expect(weeks.map((week) => week.length)).toEqual([7, 7, 7, 7, 7]);
  expect(weeks[0]!.map(({ day, within }) => [day.slice(5), within])).toEqual([["11-29", false], ["11-30", false], ["12-01", true], ["12-02", true], ["12-03", true], ["12-04", true], ["12-05", true]]);
  expect(weeks.flat().filter(({ today }) => today).map(({ day }) => day)).toEqual(["2026-12-01"]);
});

test("a day tells how many visits stand on it, and what else is so", () => {
  const visits = [visit("2026-12-01"), visit("2026-12-01", "realizado"), visit("2026-12-01", "cancelado"), visit("2026-12-22")];
  const days = new Map(weeksOf("2026-12-10", "2026-12-01", 1, visits, known).flat().map((one) => [one.day.slice(5), one]));
  expect(days.get("12-01")).toMatchObject({ visits: 2, closed: false, marked: false, words: "terça-feira, 1 de dezembro, hoje: 2 consultas" });
  expect(days.get("12-06")).toMatchObject({ visits: 0, closed: true, marked: false, words: "domingo, 6 de dezembro: nenhuma consulta; não atende" });
  expect(days.get("12-22")).toMatchObject({ visits: 1, closed: true, marked: true, words: "terça-feira, 22 de dezembro: 1 consulta; Férias" });
  expect(days.get("12-25")).toMatchObject({ closed: true, words: "sexta-feira, 25 de dezembro: nenhuma consulta; Natal · fechado" });
});

test("under it stands what is not a visit", () => {
  expect(notesOf("2026-12-10", 1, known).map(({ words }) => words)).toEqual(["21/12 a 23/12: Férias", "25/12: Natal · fechado"]);
});
