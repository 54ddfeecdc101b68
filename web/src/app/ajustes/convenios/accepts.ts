/**
 * Who accepts a health plan when: the API's list of (professional, weekday or every day, quota), as a line for each professional. A professional
 * with days of their own may have a quota of each.
 */
import type { Shapes } from "../../../api/client";

type Aceite = Shapes["Aceite"];
export interface Line {
  medico_id: number;
  aceita: boolean;
  todos: boolean;
  /** Of every day. */
  cota: number | null;
  /** By weekday, 1 = Monday … 7 = Sunday. */
  dias: { dia: number; aceita: boolean; cota: number | null }[];
}

export function lines(aceites: readonly Aceite[], medicos: readonly number[]): Line[] {
  const everybody = aceites.length === 0;
  return medicos.map((medico_id) => {
    const own = aceites.filter((one) => one.medico_id === medico_id);
    const daily = own.find(({ dia_semana }) => !dia_semana);
    return {
      medico_id,
      aceita: everybody || own.length > 0,
      todos: own.length === 0 || daily !== undefined,
      cota: daily?.cota_dia ?? null,
      dias: [1, 2, 3, 4, 5, 6, 7].map((dia) => {
        const found = own.find(({ dia_semana }) => dia_semana === dia);
        return { dia, aceita: found !== undefined, cota: found?.cota_dia ?? null };
      }),
    };
  });
}

/** The list to store; empty when it says "everybody, every day, no quota", so that who comes later accepts it too. */
export function aceites(of: readonly Line[]): Aceite[] {
  if (of.every(({ aceita, todos, cota, dias }) => aceita && todos && cota === null && dias.every((dia) => !dia.aceita))) return [];
  return of.flatMap(({ medico_id, aceita, todos, cota, dias }) => {
    if (!aceita) return [];
    const every: Aceite[] = todos ? [{ medico_id, dia_semana: null, cota_dia: cota }] : [];
    return [...every, ...dias.filter((dia) => dia.aceita).map((dia) => ({ medico_id, dia_semana: dia.dia, cota_dia: dia.cota }))];
  });
}
