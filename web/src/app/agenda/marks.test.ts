import { expect, test } from "vitest";
import type { Block, Holiday, Hours } from "./events";
import { closedDays, covered, marksOf } from "./marks";

const DAYS = ["2026-12-20", "2026-12-21", "2026-12-22", "2026-12-23", "2026-12-24", "2026-12-25", "2026-12-26"];
/** Monday to Thursday, and Christmas closed. */
const hours: Hours[] = DAYS.map((day, i) => ({ medico: 1, day, periods: i >= 1 && i <= 4 ? [["08:00", "12:00"], ["14:00", "18:00"]] : [] }));
const holidays = [{ dia: "2026-12-25", nome: "Natal", fechado: true }] as Holiday[];
const block = (id: number, inicio: string, fim: string, rest: Partial<Block> = {}) => ({ id, inicio, fim, tipo: "bloqueio", ...rest }) as Block;
const told = (blocks: Block[], hourless: boolean, medico = 1) =>
  marksOf(medico, DAYS, { hours, holidays, blocks }, hourless).map(({ kind, from, to, words }) => `${kind} ${from.slice(8)}-${to.slice(8)} ${words}`);

test("a holiday and days nobody attends are told beside the hours, closed days in a month only by their pattern", () => {
  expect(told([], false)).toEqual(["fechado 20-20 Não atende", "feriado 25-25 Natal · fechado", "fechado 26-26 Não atende"]);
  expect(told([], true)).toEqual(["feriado 25-25 Natal · fechado"]);
  expect(closedDays(1, DAYS, { hours, holidays, blocks: [] })).toEqual(["2026-12-20", "2026-12-25", "2026-12-26"]);
});

test("a block of days is one mark, and one that leaves no hour takes its day", () => {
  const away = block(1, "2026-12-21T00:00", "2026-12-24T00:00", { tipo: "ferias", medico_id: 1 });
  const meeting = block(2, "2026-12-24T07:00", "2026-12-24T19:00", { motivo: "Congresso" });
  expect(told([away, meeting], true)).toEqual(["bloqueio 21-23 Férias", "bloqueio 24-24 Congresso", "feriado 25-25 Natal · fechado"]);
  expect(closedDays(1, DAYS, { hours, holidays, blocks: [away, meeting] })).toEqual(DAYS);
});

test("a part of a day is told with its hours where none are drawn, and a colleague's is nobody else's", () => {
  const part = block(3, "2026-12-22T14:00", "2026-12-22T16:00", { tipo: "reuniao", medico_id: 1 });
  expect(told([part], true)).toContain("bloqueio 22-22 14:00–16:00 Reunião");
  expect(told([part], false)).not.toContain("bloqueio 22-22 14:00–16:00 Reunião");
  expect(told([part], true, 2)).toEqual(["feriado 25-25 Natal · fechado"]);
});

test("a holiday the clinic works on says so", () => {
  const open = [{ dia: "2026-12-22", nome: "Padroeira", fechado: false }] as Holiday[];
  expect(marksOf(1, DAYS, { hours, holidays: open, blocks: [] }, true)[0]?.words).toBe("Padroeira · aberto");
});

test("a block covers what of a day lies between its ends", () => {
  const night = block(4, "2026-12-21T22:00", "2026-12-23T06:00");
  expect(["2026-12-20", "2026-12-21", "2026-12-22", "2026-12-23", "2026-12-24"].map((day) => covered(night, day))).toEqual([null, [1320, 1440], [0, 1440], [0, 360], null]);
});
