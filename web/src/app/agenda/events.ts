/** What the API says of a stretch of days, as the calendar draws it. */
import type { Calendar } from "@event-calendar/core";
import type { Shapes } from "../../api/client";
import { addDays, hourOf, minutes } from "../../lib/dates";
import { reasonOf } from "./marks";

export type Appointment = Shapes["AgendamentoOut"];
export type Block = Shapes["BloqueioOut"];
export type Holiday = Shapes["FeriadoOut"];
/** Of one professional and day: the periods they attend in. */
export interface Hours {
  medico: number;
  day: string;
  periods: [string, string][];
}

const DAY_MINUTES = 24 * 60;

/** `YYYY-MM-DDTHH:MM` so many minutes after a day began. */
export function at(day: string, minute: number): string {
  const days = Math.floor(minute / DAY_MINUTES);
  return `${addDays(day, days)}T${hourOf(minute - days * DAY_MINUTES)}`;
}

const endOf = ({ data, hora, duracao }: Appointment): string => at(data, minutes(hora) + duracao);
/** "14:00–14:30" */
export const timeOf = (visit: Appointment): string => `${visit.hora}–${endOf(visit).slice(11)}`;

export const isGone = ({ status }: Appointment): boolean => status === "cancelado" || status === "remarcado";
/** Whether it may still be moved. */
export const isMovable = ({ status }: Appointment): boolean => status === "agendado" || status === "confirmado";

export function appointmentEvent(visit: Appointment, colour: string | undefined): Calendar.EventInput {
  return {
    id: `a${visit.id}`,
    start: `${visit.data}T${visit.hora}`,
    end: endOf(visit),
    resourceIds: [visit.medico_id],
    title: visit.paciente_nome,
    editable: isMovable(visit),
    classNames: ["consulta", visit.status],
    styles: colour ? [`--profissional: ${colour}`] : [],
    extendedProps: { visit },
  };
}

/** A block of one professional, or of everybody. Its times are the clinic's own, with seconds or without. */
export function blockEvents(block: Block, medicos: number[]): Calendar.EventInput[] {
  const of = block.medico_id == null ? medicos : medicos.filter((id) => id === block.medico_id);
  if (of.length === 0) return [];
  return [
    {
      id: `b${block.id}`,
      start: block.inicio.slice(0, 16),
      end: block.fim.slice(0, 16),
      resourceIds: of,
      title: reasonOf(block),
      display: "background",
      classNames: ["bloqueio"],
    },
  ];
}

/** The parts of a day nobody attends in. */
export function closedParts(periods: [string, string][]): [number, number][] {
  const open = periods
    .map(([from, to]): [number, number] => [minutes(from), to === "00:00" || to === "24:00" ? DAY_MINUTES : minutes(to)])
    .sort(([a], [b]) => a - b);
  const closed: [number, number][] = [];
  let until = 0;
  for (const [from, to] of open) {
    if (from > until) closed.push([until, from]);
    until = Math.max(until, to);
  }
  if (until < DAY_MINUTES) closed.push([until, DAY_MINUTES]);
  return closed;
}

export function hoursEvents({ medico, day, periods }: Hours): Calendar.EventInput[] {
  return closedParts(periods).map(([from, to]) => ({
    id: `f${medico}-${day}-${from}`,
    start: at(day, from),
    end: at(day, to),
    resourceIds: [medico],
    display: "background",
    classNames: ["fora"],
  }));
}

/** The hours a grid has to show: what anybody attends in and every visit, in whole hours. */
export function range(hours: Hours[], visits: Appointment[]): { from: string; to: string } {
  let [from, to] = [8 * 60, 18 * 60];
  for (const { periods } of hours)
    for (const [start, end] of periods) {
      from = Math.min(from, minutes(start));
      to = Math.max(to, end === "00:00" ? DAY_MINUTES : minutes(end));
    }
  for (const visit of visits) {
    from = Math.min(from, minutes(visit.hora));
    to = Math.max(to, Math.min(DAY_MINUTES, minutes(visit.hora) + visit.duracao));
  }
  return { from: hourOf(Math.floor(from / 60) * 60), to: hourOf(Math.ceil(to / 60) * 60) };
}

/** Local parts of a date the calendar gives back. */
export function placeOf(date: Date): { day: string; hour: string } {
  const two = (value: number) => String(value).padStart(2, "0");
  return {
    day: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    hour: `${two(date.getHours())}:${two(date.getMinutes())}`,
  };
}
