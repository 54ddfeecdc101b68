/** The rows of a day's list: visits, blocks, and the free stretches between them. */
import { hourOf, minutes } from "../../lib/dates";
import { type Appointment, type Block, type Hours, isGone } from "./events";
import { covered } from "./marks";

export type Row =
  | { kind: "visita"; key: string; at: number; visit: Appointment }
  | { kind: "bloqueio"; key: string; at: number; from: string; to: string; reason: string }
  | { kind: "livre"; key: string; at: number; from: string; to: string };

/** What is shorter is no use to anybody, minutes. */
const SHORTEST = 15;
const DAY_MINUTES = 24 * 60;

const endHour = (minute: number) => (minute === DAY_MINUTES ? "24:00" : hourOf(minute));

export function rows(day: string, medico: number, visits: Appointment[], hours: Hours[], blocks: Block[]): Row[] {
  const own = visits.filter((visit) => visit.medico_id === medico && visit.data === day);
  const visitRows: Row[] = own.map((visit) => ({ kind: "visita", key: `v${visit.id}`, at: minutes(visit.hora), visit }));
  const busy: [number, number][] = own
    .filter((visit) => !isGone(visit))
    .map((visit) => [minutes(visit.hora), minutes(visit.hora) + visit.duracao]);
  const blockRows: Row[] = [];
  for (const block of blocks) {
    if (block.medico_id != null && block.medico_id !== medico) continue;
    const part = covered(block, day);
    if (!part) continue;
    const [from, to] = part;
    busy.push([from, to]);
    blockRows.push({ kind: "bloqueio", key: `b${block.id}`, at: from, from: hourOf(from), to: endHour(to), reason: block.motivo ?? "" });
  }
  const periods = hours.filter((one) => one.medico === medico && one.day === day).flatMap((one) => one.periods);
  const free = periods.flatMap(([from, to]) => rest(minutes(from), to === "00:00" ? DAY_MINUTES : minutes(to), busy));
  const freeRows: Row[] = free
    .filter(([from, to]) => to - from >= SHORTEST)
    .map(([from, to]) => ({ kind: "livre", key: `l${from}`, at: from, from: hourOf(from), to: endHour(to) }));
  return [...visitRows, ...blockRows, ...freeRows].sort((a, b) => a.at - b.at || a.key.localeCompare(b.key));
}

/** What of a stretch nothing busy covers. */
function rest(from: number, to: number, busy: [number, number][]): [number, number][] {
  const free: [number, number][] = [];
  let at = from;
  for (const [start, end] of [...busy].sort(([a], [b]) => a - b)) {
    if (end <= at || start >= to) continue;
    if (start > at) free.push([at, start]);
    at = Math.max(at, end);
  }
  if (at < to) free.push([at, to]);
  return free;
}
