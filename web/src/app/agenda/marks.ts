/** What of a day is no visit: holidays, blocks and days nobody attends, as marks beside the hours. */
import type { Calendar } from "@event-calendar/core";
import { addDays, hourOf, minutes } from "../../lib/dates";
import type { Block, Holiday, Hours } from "./events";

export interface Mark {
  key: string;
  kind: "feriado" | "bloqueio" | "fechado";
  medico: number;
  /** First and last day. */
  from: string;
  to: string;
  words: string;
}

export interface Known {
  hours: readonly Hours[];
  holidays: readonly Holiday[];
  blocks: readonly Block[];
}

const DAY_MINUTES = 24 * 60;
const KINDS: Record<string, string> = { ferias: "Férias", folga: "Folga", reuniao: "Reunião" };
/** What a block is for, else what it is. */
export const reasonOf = ({ motivo, tipo }: Pick<Block, "motivo" | "tipo">): string => motivo || (KINDS[tipo] ?? "Bloqueado");

/** The minutes of a day a block covers; nothing on other days. */
export function covered({ inicio, fim }: Pick<Block, "inicio" | "fim">, day: string): [number, number] | null {
  if (inicio.slice(0, 10) > day || fim.slice(0, 10) < day) return null;
  const from = inicio.slice(0, 10) < day ? 0 : minutes(inicio.slice(11, 16));
  const to = fim.slice(0, 10) > day ? DAY_MINUTES : minutes(fim.slice(11, 16));
  return to > from ? [from, to] : null;
}

/**
 * The marks of one professional on these days, in order. With `hourless` also what takes only a part of a day, with its hours: where the hours are
 * drawn it is among them. A day that is only closed is told where the hours are; a month says it by its pattern.
 */
export function marksOf(medico: number, days: readonly string[], { hours, holidays, blocks }: Known, hourless: boolean): Mark[] {
  const open = new Map(hours.filter((one) => one.medico === medico).map(({ day, periods }) => [day, periods]));
  const own = blocks.filter((block) => block.medico_id == null || block.medico_id === medico);
  const marks: Mark[] = [];
  const told = new Set<string>();
  for (const { dia, nome, fechado } of holidays.filter(({ dia }) => days.includes(dia))) {
    const shut = open.has(dia) ? open.get(dia)!.length === 0 : fechado;
    marks.push({ key: `h${dia}${nome}`, kind: "feriado", medico, from: dia, to: dia, words: `${nome} · ${shut ? "fechado" : "aberto"}` });
    if (shut) told.add(dia);
  }
  for (const block of own)
    for (const day of days) {
      const part = covered(block, day);
      if (!part) continue;
      const whole = takesAll(part, open.get(day));
      if (whole) told.add(day);
      const hour = `${hourOf(part[0])}–${part[1] === DAY_MINUTES ? "24:00" : hourOf(part[1])} `;
      if (whole || hourless) put(marks, { key: `b${block.id}`, kind: "bloqueio", medico, from: day, to: day, words: `${whole ? "" : hour}${reasonOf(block)}` });
    }
  if (!hourless) for (const [day, periods] of open) if (periods.length === 0 && days.includes(day) && !told.has(day)) put(marks, { key: "f", kind: "fechado", medico, from: day, to: day, words: "Não atende" });
  return marks.sort((a, b) => a.from.localeCompare(b.from));
}

/** Whether nothing of the day is left: of a day without hours, whether all of it is taken. */
function takesAll([from, to]: [number, number], periods: [string, string][] | undefined): boolean {
  if (to - from === DAY_MINUTES) return true;
  if (!periods || periods.length === 0) return false;
  return periods.every(([start, end]) => minutes(start) >= from && (end === "00:00" ? DAY_MINUTES : minutes(end)) <= to);
}

/** One more, or the last of the same one day longer. */
function put(marks: Mark[], mark: Mark): void {
  const before = marks.findLast(({ key, words }) => key === mark.key && words === mark.words);
  if (before && addDays(before.to, 1) === mark.from) before.to = mark.to;
  else marks.push(mark);
}

/** The days nothing can be booked on: closed, or blocked as a whole. */
export function closedDays(medico: number, days: readonly string[], known: Known): string[] {
  const shut = marksOf(medico, days, known, false).filter(({ kind, words }) => kind !== "feriado" || words.endsWith("fechado"));
  return days.filter((day) => shut.some(({ from, to }) => from <= day && day <= to));
}

export const markEvent = ({ key, kind, medico, from, to, words }: Mark): Calendar.EventInput => ({
  id: `m${medico}-${key}-${from}`,
  start: from,
  end: addDays(to, 1),
  allDay: true,
  resourceIds: [medico],
  title: words,
  editable: false,
  startEditable: false,
  durationEditable: false,
  classNames: ["marca", kind],
});

/** A closed day of a month, as a surface. */
export const closedEvent = (day: string): Calendar.EventInput => ({
  id: `d${day}`,
  start: day,
  end: addDays(day, 1),
  allDay: true,
  display: "background",
  classNames: ["fora"],
});
