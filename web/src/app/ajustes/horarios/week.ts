/** A professional's week while it is changed: periods on days, moved, lengthened, joined and copied. Minutes are since midnight. */
import type { Shapes } from "../../../api/client";
import { hourOf, minutes } from "../../../lib/dates";

export type Horario = Shapes["HorarioOut"];
/** A period with a name of its own, for as long as it is on the screen. `rest` is what the API tells besides, sent back as it came. */
export interface Period {
  key: number;
  /** 1 = Monday … 7 = Sunday. */
  day: number;
  start: number;
  end: number;
  tipo: string;
  vale_de: string | null;
  vale_ate: string | null;
  rest: Record<string, unknown>;
}

export const DAYS = ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"] as const;
export const DAYS_SHORT = ["Seg", "Ter", "Qua", "Qui", "Sex", "Sáb", "Dom"] as const;
/** What dragging goes by. */
export const STEP = 15;
/** The shortest period. */
export const SHORTEST = 15;
export const MIDNIGHT = 1440;

let next = 1;
const newKey = () => (next += 1);

export function read(horarios: readonly Horario[]): Period[] {
  return horarios.map(({ dia_semana, inicio, fim, tipo, vale_de, vale_ate, ...rest }) => ({
    key: newKey(),
    day: dia_semana,
    start: minutes(inicio),
    end: minutes(fim),
    tipo,
    vale_de: vale_de ?? null,
    vale_ate: vale_ate ?? null,
    rest,
  }));
}

export function write(periods: readonly Period[]): Horario[] {
  return [...periods].sort(inOrder).map(({ day, start, end, tipo, vale_de, vale_ate, rest }) => ({
    ...rest,
    dia_semana: day,
    inicio: hourOf(start),
    fim: hourOf(end),
    tipo,
    vale_de,
    vale_ate,
  }));
}

const inOrder = (a: Period, b: Period) => a.day - b.day || a.start - b.start || a.tipo.localeCompare(b.tipo);

export const onDay = (periods: readonly Period[], day: number) => periods.filter((period) => period.day === day).sort(inOrder);

export const make = (day: number, start: number, end: number, tipo = "atendimento"): Period => ({
  key: newKey(),
  day,
  start,
  end,
  tipo,
  vale_de: null,
  vale_ate: null,
  rest: {},
});

export const snap = (minute: number) => Math.round(minute / STEP) * STEP;
const within = (low: number, value: number, high: number) => Math.min(Math.max(value, low), high);

/** The period elsewhere, as long as before and inside its day. */
export function moved(period: Period, day: number, start: number): Period {
  const length = period.end - period.start;
  const from = within(0, start, MIDNIGHT - length);
  return { ...period, day: within(1, day, 7), start: from, end: from + length };
}

/** The period with another start or end; at least `SHORTEST` long. */
export function resized(period: Period, edge: "start" | "end", minute: number): Period {
  return edge === "start"
    ? { ...period, start: within(0, minute, period.end - SHORTEST) }
    : { ...period, end: within(period.start + SHORTEST, minute, MIDNIGHT) };
}

const alike = (a: Period, b: Period) =>
  a.day === b.day && a.tipo === b.tipo && a.vale_de === b.vale_de && a.vale_ate === b.vale_ate && JSON.stringify(a.rest) === JSON.stringify(b.rest);

/** The week with `changed` in the place of the one of its key. What it now lies over, of its own kind, becomes one with it. */
export function put(periods: readonly Period[], changed: Period): Period[] {
  const others = periods.filter(({ key }) => key !== changed.key);
  const met = others.filter((other) => alike(other, changed) && other.start < changed.end && changed.start < other.end);
  const joined = {
    ...changed,
    start: Math.min(changed.start, ...met.map(({ start }) => start)),
    end: Math.max(changed.end, ...met.map(({ end }) => end)),
  };
  return [...others.filter((other) => !met.includes(other)), joined];
}

export const without = (periods: readonly Period[], key: number) => periods.filter((period) => period.key !== key);

/** The week in which `days` are as `from` is. */
export function copied(periods: readonly Period[], from: number, days: readonly number[]): Period[] {
  const targets = days.filter((day) => day !== from);
  const kept = periods.filter(({ day }) => !targets.includes(day));
  const made = targets.flatMap((day) => onDay(periods, from).map((period) => ({ ...period, key: newKey(), day })));
  return [...kept, ...made];
}

/** A free hour on a day for a new period: after the last one, or from eight. `null` when the day is full. */
export function freeHour(periods: readonly Period[], day: number): [number, number] | null {
  const work = onDay(periods, day).filter(({ tipo }) => tipo === "atendimento");
  const last = Math.max(0, ...work.map(({ end }) => end));
  const start = work.length === 0 ? 8 * 60 : last >= 12 * 60 ? last : Math.max(last, 13 * 60);
  return start + 60 > MIDNIGHT ? null : [start, Math.min(start + (work.length === 0 ? 240 : 60), MIDNIGHT)];
}

/** The hours a grid shows: from six to ten at night, and whatever lies outside. */
export function shownHours(periods: readonly Period[]): [number, number] {
  const first = Math.min(7 * 60, ...periods.map(({ start }) => start));
  const last = Math.max(20 * 60, ...periods.map(({ end }) => end));
  return [Math.floor(first / 60), Math.ceil(last / 60)];
}

/** Where a period lies beside those it overlaps: its lane and how many there are. */
export function lanes(day: readonly Period[]): Map<number, { lane: number; of: number }> {
  const found = new Map<number, { lane: number; of: number }>();
  for (const tipo of ["atendimento", "pausa"]) {
    let group: Period[] = [];
    let reached = -1;
    const close = () => {
      group.forEach((period, lane) => found.set(period.key, { lane, of: group.length }));
      group = [];
    };
    for (const period of day.filter((one) => one.tipo === tipo)) {
      if (period.start >= reached) close();
      group.push(period);
      reached = Math.max(reached, period.end);
    }
    close();
  }
  return found;
}

/** "40 h por semana": what patients can be attended in, as of a date; breaks taken out. */
export function weekMinutes(periods: readonly Period[], today: string): number {
  const valid = periods.filter(({ vale_de, vale_ate }) => (!vale_de || vale_de <= today) && (!vale_ate || vale_ate >= today));
  return valid.reduce((sum, { start, end, tipo }) => sum + (tipo === "pausa" ? -1 : 1) * (end - start), 0);
}

/** "08:00–12:00": what is seen of a period. */
export const seen = ({ start, end, tipo }: Period) => `${tipo === "pausa" ? "Pausa " : ""}${hourOf(start)}–${hourOf(end)}`;

/** "08:00–12:00, segunda-feira": what is seen, and where, for who does not see it. */
export function spoken(period: Period): string {
  const { day, vale_de, vale_ate } = period;
  return [seen(period), DAYS[day - 1], vale_de && `desde ${vale_de}`, vale_ate && `até ${vale_ate}`].filter(Boolean).join(", ");
}
