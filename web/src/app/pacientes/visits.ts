/** A patient's appointments as their record shows them. */
import type { Shapes } from "../../api/client";

export type Visit = Shapes["ConsultaOut"];

/** What is ahead, the next first, and what is behind, the latest first; what has begun is ahead until it is over. */
export function sides(visits: Visit[], now = Date.now()): { ahead: Visit[]; behind: Visit[] } {
  const isAhead = (one: Visit) => Date.parse(one.inicio_em) + one.duracao * 60_000 > now;
  return { ahead: visits.filter(isAhead).reverse(), behind: visits.filter((one) => !isAhead(one)) };
}

/** "Retorno · Dra. Ana · unidade Centro · Unimed" */
export function about(visit: Visit): string {
  const place = visit.unidade_nome && `unidade ${visit.unidade_nome}`;
  return [visit.servico_nome ?? "Consulta", visit.medico_nome, place, visit.convenio_nome].filter(Boolean).join(" · ");
}

/** Where the agenda shows it: the day, with the visit open. */
export const address = (visit: Visit) => `/app/agenda?dia=${visit.data}&agendamento=${visit.id}`;
