/** The views of the agenda: which days each shows, and how these are called. A new one is a word of `View`; the types ask for the rest. */
import { addDays, addMonths, fullDay, longDay, monthOf, numericDay, shortDay, weekStart } from "../../lib/dates";

export type View = "lista" | "dia" | "semana" | "mes";

interface Span {
  from: string;
  to: string;
}

interface Kind {
  label: string;
  /** Its shortcut. */
  key: string;
  /** Whether it is one professional's. */
  oneOnly: boolean;
  /** First and last day. */
  span: (day: string) => Span;
  /** The day one view further, or back. */
  step: (day: string, by: 1 | -1) => string;
  title: (day: string, today: string) => string;
}

const A_DAY = {
  oneOnly: false,
  span: (day: string) => ({ from: day, to: day }),
  step: addDays,
  title: (day: string, today: string) => (day.slice(0, 4) === today.slice(0, 4) ? longDay(day) : fullDay(day)),
};

const weekOf = (day: string): Span => ({ from: weekStart(day), to: addDays(weekStart(day), 6) });

const KINDS: Record<View, Kind> = {
  lista: { label: "Lista", key: "l", ...A_DAY },
  dia: { label: "Dia", key: "d", ...A_DAY },
  semana: {
    label: "Semana",
    key: "s",
    oneOnly: true,
    span: weekOf,
    step: (day, by) => addDays(day, 7 * by),
    title: (day) => `${shortDay(weekOf(day).from)} a ${numericDay(weekOf(day).to)}`,
  },
  mes: {
    label: "Mês",
    key: "m",
    oneOnly: true,
    // In whole weeks.
    span: (day) => {
      const first = `${day.slice(0, 8)}01`;
      return { from: weekOf(first).from, to: weekOf(addDays(addMonths(first, 1), -1)).to };
    },
    step: addMonths,
    title: monthOf,
  },
};

export const VIEWS = (Object.keys(KINDS) as View[]).map((id) => ({ id, ...KINDS[id] }));

export const isView = (text: string | null): text is View => VIEWS.some(({ id }) => id === text);

export const isOneOnly = (view: View): boolean => KINDS[view].oneOnly;

/** First and last day. A month is shown in whole weeks. */
export const span = (view: View, day: string): Span => KINDS[view].span(day);

/** Every day of a stretch. */
export function daysOf({ from, to }: Span): string[] {
  const days = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

/** The day one view further, or back. */
export const step = (view: View, day: string, by: 1 | -1): string => KINDS[view].step(day, by);

/** "segunda-feira, 30 de novembro", "29/11 a 05/12/2026", "novembro de 2026"; with the year where it is another than today's. */
export const title = (view: View, day: string, today: string): string => KINDS[view].title(day, today);
