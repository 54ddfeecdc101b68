/** Who does not attend any more: shown where they still have something, and nowhere else. The ids as text, which is the same while they are. */
import type { Shapes } from "../../api/client";
import { type Appointment, type Hours, isGone } from "./events";

type Medico = Pick<Shapes["Medico"], "id">;

/** Those with visits among these. */
export function formerWithVisits(former: readonly Medico[], visits: readonly Appointment[], withGone: boolean): string {
  const seen = new Set(visits.filter((visit) => withGone || !isGone(visit)).map(({ medico_id }) => medico_id));
  return ids(former.filter(({ id }) => seen.has(id)));
}

/** Of a week or a month only one professional's visits are known: it may be any of those who saw days gone by; later only who was asked for. */
export function formerOfDays(former: readonly Medico[], asked: readonly number[], past: boolean): string {
  return ids(former.filter(({ id }) => past || asked.includes(id)));
}

/** Of who left no hour is open. */
export const closed = (medicos: readonly Pick<Shapes["Medico"], "id" | "ativo">[], days: readonly string[]): Hours[] =>
  medicos.filter(({ ativo }) => !ativo).flatMap(({ id }) => days.map((day) => ({ medico: id, day, periods: [] })));

const ids = (medicos: readonly Medico[]): string => medicos.map(({ id }) => id).join(",");
