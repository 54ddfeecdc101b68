/**
 * Dates and times as the clinic's wall says them: days are `YYYY-MM-DD`, hours `HH:MM`, both without a zone. Arithmetic on days is in UTC,
 * where every day has 24 hours.
 */
import { ahead } from "./relogio";

const DAY = 86_400_000;

/** `YYYY-MM-DD` and `HH:MM` now, by the clock of `zone`. */
export function clinicNow(zone: string, now = new Date()): { day: string; hour: string } {
  const minutes = ahead(zone, now.getTime());
  if (minutes !== undefined) {
    const shown = new Date(now.getTime() + minutes * 60_000).toISOString();
    return { day: shown.slice(0, 10), hour: shown.slice(11, 16) };
  }
  const [day = "", hour = ""] = clock(zone).format(now).split(" ");
  return { day, hour };
}

/** Swedes write dates as the API does. Made once: making one takes as long as drawing many rows. */
function clock(zone: string): Intl.DateTimeFormat {
  const known = CLOCKS.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
  CLOCKS.set(zone, made);
  return made;
}
const CLOCKS = new Map<string, Intl.DateTimeFormat>();

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
}

/** The same day of another month, or that month's last. */
export function addMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
}

/** 0 is Sunday. */
export function weekday(day: string): number {
  return new Date(Date.parse(day)).getUTCDay();
}

/** The Sunday the week of `day` begins with, as Brazilian calendars print it. */
export function weekStart(day: string): string {
  return addDays(day, -weekday(day));
}

/** Days from `a` to `b`. */
export function daysBetween(a: string, b: string): number {
  return Math.round((Date.parse(b) - Date.parse(a)) / DAY);
}

/** Minutes since midnight. */
export function minutes(hour: string): number {
  const [h = 0, m = 0] = hour.split(":").map(Number);
  return h * 60 + m;
}

/** `HH:MM` of minutes since midnight. */
export function hourOf(total: number): string {
  return `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
}

// Browsers know these words too, but each of their formatters takes a phone longer than the rest of a page's code to be read: their tables are large.
const WEEKDAYS = ["domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado"];
const MONTHS = ["janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"];

/** Year and day of the month without leading zeros, and the month's name; of a moment, those of its day. */
function parts(day: string): { year: number; month: string; date: number } {
  return { year: Number(day.slice(0, 4)), month: MONTHS[Number(day.slice(5, 7)) - 1] ?? "", date: Number(day.slice(8, 10)) };
}

/** "segunda-feira, 30 de novembro" */
export const longDay = (day: string) => `${WEEKDAYS[weekday(day)]}, ${parts(day).date} de ${parts(day).month}`;
/** "segunda-feira, 30 de novembro de 2026" */
export const fullDay = (day: string) => `${longDay(day)} de ${parts(day).year}`;
/** "30/11" */
export const shortDay = (day: string) => `${day.slice(8, 10)}/${day.slice(5, 7)}`;
/** "30/11/2026" */
export const numericDay = (day: string) => `${shortDay(day)}/${day.slice(0, 4)}`;
/** "novembro de 2026" */
export const monthOf = (day: string) => `${parts(day).month} de ${parts(day).year}`;
/** "seg." */
export const weekdayShort = (day: string) => `${WEEKDAYS[weekday(day)]?.slice(0, 3)}.`;

/** "30/11/2026 14:05" of an instant, by the clinic's clock. */
export function moment(instant: string, zone: string): string {
  const { day, hour } = clinicNow(zone, new Date(instant));
  return `${numericDay(day)} ${hour}`;
}

/** How long ago in few words: "agora", "5 min", "3 h", "ontem", "30/11". */
export function ago(instant: string, zone: string, now = new Date()): string {
  const elapsed = Math.max(0, now.getTime() - Date.parse(instant)) / 60_000;
  if (elapsed < 1) return "agora";
  if (elapsed < 60) return `${Math.floor(elapsed)} min`;
  const then = clinicNow(zone, new Date(instant)).day;
  const days = daysBetween(then, clinicNow(zone, now).day);
  if (days === 0) return `${Math.floor(elapsed / 60)} h`;
  return days === 1 ? "ontem" : shortDay(then);
}
