/**
 * Days (`AAAA-MM-DD`) and hours (`HH:MM`, or minutes since midnight) in the clinic's own time. Pure.
 *
 * A day is handled as noon UTC: no daylight saving can push it into its neighbour.
 */

const LONG = new Intl.DateTimeFormat("pt-BR", { timeZone: "UTC", weekday: "long", day: "numeric", month: "long" });
const SHORT = new Intl.DateTimeFormat("pt-BR", { timeZone: "UTC", weekday: "short", day: "2-digit", month: "2-digit" });

const noon = (day) => new Date(`${day}T12:00:00Z`);

/** Whether the text is a day that exists. */
export function isDay(text) {
  return /^\d{4}-\d{2}-\d{2}$/.test(text ?? "") && !Number.isNaN(noon(text).getTime());
}

/** The day `count` days later. */
export function addDays(day, count) {
  const date = noon(day);
  date.setUTCDate(date.getUTCDate() + count);
  return date.toISOString().slice(0, 10);
}

/** "terça-feira, 1 de dezembro", with the year when it is not `today`'s. */
export function longDay(day, today) {
  const text = LONG.format(noon(day));
  return day.slice(0, 4) === today.slice(0, 4) ? text : `${text} de ${day.slice(0, 4)}`;
}

/** "ter., 01/12" */
export function shortDay(day) {
  return SHORT.format(noon(day));
}

/** "09:30" → 570 */
export function minutes(hour) {
  const [h, m] = hour.split(":").map(Number);
  return h * 60 + m;
}

/** 570 → "09:30" */
export function hourOf(total) {
  return `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
}

/** The clinic's day and minute of the day at an instant. */
export function clinicNow(zone, instant = new Date()) {
  const format = { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
  const parts = new Intl.DateTimeFormat("en-CA", { ...format, hourCycle: "h23" }).formatToParts(instant);
  const of = (type) => parts.find((part) => part.type === type)?.value ?? "00";
  return { day: `${of("year")}-${of("month")}-${of("day")}`, minute: Number(of("hour")) * 60 + Number(of("minute")) };
}
