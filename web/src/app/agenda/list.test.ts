import { expect, test } from "vitest";
import type { Appointment, Block, Hours } from "./events";
import { rows } from "./list";

const DAY = "2026-11-30";
const visit = (id: number, hora: string, duracao: number, more: Partial<Appointment> = {}) =>
  ({ id, medico_id: 1, data: DAY, hora, duracao, status: "agendado", ...more }) as Appointment;
const hours: Hours[] = [{ medico: 1, day: DAY, periods: [["08:00", "12:00"]] }];
const words = (visits: Appointment[], blocks: Block[] = []) =>
  rows(DAY, 1, visits, hours, blocks).map((row) => (row.kind === "visita" ? `v${row.visit.id}` : `${row.kind} ${row.from}-${row.to}`));

test("free stretches stand between visits, slivers do not", () => {
  expect(words([visit(1, "08:00", 30), visit(2, "08:40", 60)])).toEqual(["v1", "v2", "livre 09:40-12:00"]);
  expect(words([])).toEqual(["livre 08:00-12:00"]);
});

test("a cancelled visit frees its time, another professional's is not here", () => {
  expect(words([visit(1, "08:00", 240, { status: "cancelado" }), visit(2, "09:00", 60, { medico_id: 2 })])).toEqual([
    "livre 08:00-12:00",
    "v1",
  ]);
});

test("a block of the whole clinic that lasts for days covers the day", () => {
  const block = { id: 7, medico_id: null, inicio: "2026-11-29T10:00:00", fim: "2026-11-30T11:00:00", motivo: "Congresso" } as Block;
  expect(words([], [block])).toEqual(["bloqueio 00:00-11:00", "livre 11:00-12:00"]);
});
