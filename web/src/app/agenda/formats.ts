/**
 * The calendar's words for days and hours. It would ask the browser's formatters, of which each takes as long to be made as many visits to be drawn; what
 * they would say is said here.
 */
import type { Calendar } from "@event-calendar/core";
import { fullDay, longDay, shortDay, weekdayShort } from "../../lib/dates";
import { placeOf } from "./events";

const of = (say: (day: string) => string) => (date: Date) => say(placeOf(date).day);

/** "seg., 30/11" */
export const dayHeader = of((day) => `${weekdayShort(day)}, ${shortDay(day)}`);
/** "seg." */
export const monthHeader = of(weekdayShort);
/** "segunda-feira" */
export const monthHeaderLabel = of((day) => longDay(day).split(",")[0]!);
/** "segunda-feira, 30 de novembro de 2026" */
export const dayHeaderLabel = of(fullDay);
/** "30 de novembro de 2026" */
export const popover = of((day) => fullDay(day).split(", ")[1]!);
/** "14:00" */
export const slot = (date: Date) => placeOf(date).hour;

export const FORMATS: Calendar.Options = {
  dayHeaderFormat: dayHeader,
  dayHeaderAriaLabelFormat: dayHeaderLabel,
  slotLabelFormat: slot,
  dayCellFormat: (date) => String(date.getDate()),
  dayPopoverFormat: popover,
  views: { dayGridMonth: { dayHeaderFormat: monthHeader, dayHeaderAriaLabelFormat: monthHeaderLabel } },
  // The hours of a visit are written by us, and a title has no place.
  eventTimeFormat: () => "",
  titleFormat: () => "",
};
