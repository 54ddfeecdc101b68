/** The door of the agenda through which other pages book for somebody: an address that says what is known. */
import { isDay } from "../../lib/dates";

export interface Door {
  paciente: number;
  medico?: number | null | undefined;
  servico?: number | null | undefined;
  data?: string;
  hora?: string;
}

export function doorTo({ paciente, medico, servico, data, hora }: Door): string {
  const query = new URLSearchParams({ marcar: String(paciente) });
  if (medico) query.set("medico", String(medico));
  if (servico) query.set("servico", String(servico));
  // The agenda shows that day, too.
  if (data) query.set("dia", data);
  if (hora) query.set("hora", hora);
  return `/app/agenda?${query}`;
}

/** Who came through it; nobody when the address asks for nothing. */
export function cameFor(query: URLSearchParams): Door | null {
  const number = (name: string) => Number(query.get(name)) || null;
  const paciente = number("marcar");
  if (!paciente) return null;
  const [data, hora] = [query.get("dia") ?? "", query.get("hora") ?? ""];
  return { paciente, medico: number("medico"), servico: number("servico"), ...(isDay(data) ? { data } : {}), ...(/^\d\d:\d\d$/.test(hora) ? { hora } : {}) };
}

/** What leaves the address once somebody came. */
export const CLOSED = { marcar: null, medico: null, servico: null, hora: null };
