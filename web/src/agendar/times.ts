/** Free times as people look for them: by part of the day, near another, with whom. */
import { minutes } from "../lib/dates";
import type { Shapes } from "../api/client";

export type Day = Shapes["DayOut"];
export interface Part {
  name: string;
  hours: string[];
}
export interface Time {
  data: string;
  hora: string;
  medico_id: number;
}

const PARTS: [string, number][] = [
  ["Manhã", 12 * 60],
  ["Tarde", 18 * 60],
  ["Noite", 24 * 60],
];

/** Morning, afternoon, evening; those that have something. */
export function parts(hours: string[]): Part[] {
  let from = 0;
  return PARTS.map(([name, until]) => {
    const own = hours.filter((hour) => minutes(hour) >= from && minutes(hour) < until);
    from = until;
    return { name, hours: own };
  }).filter(({ hours: own }) => own.length > 0);
}

/** Who has this time: of several, who has most free, so that nobody's day fills up alone. */
export function whoHas(day: Day, hour: string): number | null {
  if (day.medico_id != null) return day.horarios.includes(hour) ? day.medico_id : null;
  const able = (day.medicos ?? []).filter(({ horarios }) => horarios.includes(hour));
  return able.sort((a, b) => b.horarios.length - a.horarios.length)[0]?.medico_id ?? null;
}

/** The few times of a day nearest to `hour`, in the day's order. */
export function near(day: Day, hour: string, most = 6): Time[] {
  const distance = (other: string) => Math.abs(minutes(other) - minutes(hour));
  const nearest = [...day.horarios].sort((a, b) => distance(a) - distance(b)).slice(0, most);
  return nearest.sort().flatMap((hora) => {
    const medico_id = whoHas(day, hora);
    return medico_id === null ? [] : [{ data: day.data, hora, medico_id }];
  });
}

/** Whether asking for later days is in vain: the last of these is beyond what the clinic opens. */
export const ends = (days: Day[]): boolean => days.at(-1)?.motivo === "fora_do_periodo";

/** `4:09` of milliseconds; nothing below zero. */
export function countdown(left: number): string {
  const seconds = Math.max(0, Math.ceil(left / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
