/** A month in seven narrow columns: how many visits each day has, and what else is to be said of it. */
import { longDay, shortDay } from "../../lib/dates";
import { count } from "../../lib/words";
import { type Appointment, isGone } from "./events";
import { type Known, type Mark, closedDays, marksOf } from "./marks";
import { daysOf, span } from "./window";

export interface MonthDay {
  day: string;
  /** Of the month itself, not of the weeks it is shown in. */
  within: boolean;
  today: boolean;
  /** Those that stand. */
  visits: number;
  closed: boolean;
  /** Something besides visits is to be told of it. */
  marked: boolean;
  /** All of it, for who cannot see it. */
  words: string;
}

/** The weeks of the month of `day`, of one professional. */
export function weeksOf(day: string, today: string, medico: number, visits: readonly Appointment[], known: Known): MonthDay[][] {
  const days = daysOf(span("mes", day));
  const counts = new Map<string, number>();
  for (const visit of visits) if (!isGone(visit)) counts.set(visit.data, (counts.get(visit.data) ?? 0) + 1);
  const closed = new Set(closedDays(medico, days, known));
  const marks = marksOf(medico, days, known, true);
  const drawn = days.map((one): MonthDay => {
    const [of, visits] = [marks.filter(({ from, to }) => from <= one && one <= to).map(({ words }) => words), counts.get(one) ?? 0];
    if (closed.has(one) && of.length === 0) of.push("não atende");
    const words = [`${longDay(one)}${one === today ? ", hoje" : ""}: ${visits === 0 ? "nenhuma consulta" : count(visits, "consulta", "consultas")}`, ...of].join("; ");
    return { day: one, within: one.slice(0, 7) === day.slice(0, 7), today: one === today, visits, closed: closed.has(one), marked: marks.some(({ from, to }) => from <= one && one <= to), words };
  });
  return Array.from({ length: drawn.length / 7 }, (_, week) => drawn.slice(week * 7, week * 7 + 7));
}

/** What stands under it: "25/12: Natal · fechado", "21/12 a 23/12: Férias"; what only the weeks around the month have, is told in theirs. */
export function notesOf(day: string, medico: number, known: Known): { key: string; words: string }[] {
  const days = daysOf(span("mes", day));
  const inMonth = ({ from, to }: Mark) => from.slice(0, 7) <= day.slice(0, 7) && day.slice(0, 7) <= to.slice(0, 7);
  return marksOf(medico, days, known, true)
    .filter(inMonth)
    .map(({ key, from, to, words }) => ({ key: key + from, words: `${shortDay(from)}${to > from ? ` a ${shortDay(to)}` : ""}: ${words}` }));
}
