/** Which days a view shows, and how they are called. */
import { addDays, addMonths, fullDay, longDay, monthOf, numericDay, shortDay, weekStart } from "../../lib/dates";

export type View = "lista" | "dia" | "semana" | "mes";

export const VIEWS: { id: View; label: string; key: string }[] = [
  { id: "lista", label: "Lista", key: "l" },
  { id: "dia", label: "Dia", key: "d" },
  { id: "semana", label: "Semana", key: "s" },
  { id: "mes", label: "Mês", key: "m" },
];

export const isView = (text: string | null): text is View => VIEWS.some(({ id }) => id === text);

/** First and last day. A month is shown in whole weeks. */
export function span(view: View, day: string): { from: string; to: string } {
  if (view === "semana") return { from: weekStart(day), to: addDays(weekStart(day), 6) };
  if (view !== "mes") return { from: day, to: day };
  const first = `${day.slice(0, 8)}01`;
  const last = addDays(addMonths(first, 1), -1);
  return { from: weekStart(first), to: addDays(weekStart(last), 6) };
}

/** Every day of a stretch. */
export function daysOf({ from, to }: { from: string; to: string }): string[] {
  const days = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

/** The day one view further, or back. */
export function step(view: View, day: string, by: 1 | -1): string {
  if (view === "semana") return addDays(day, 7 * by);
  return view === "mes" ? addMonths(day, by) : addDays(day, by);
}

/** "segunda-feira, 30 de novembro", "29/11 a 05/12/2026", "novembro de 2026"; with the year where it is another than today's. */
export function title(view: View, day: string, today: string): string {
  if (view === "mes") return monthOf(day);
  const { from, to } = span(view, day);
  if (view === "semana") return `${shortDay(from)} a ${numericDay(to)}`;
  return day.slice(0, 4) === today.slice(0, 4) ? longDay(day) : fullDay(day);
}
