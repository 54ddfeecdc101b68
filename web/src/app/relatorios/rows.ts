/** The API's groups as rows of the charts. */
import type { Shapes } from "../../api/client";
import type { Row, Series } from "./Bars.svelte";
import { rate, whole } from "./figures";

interface Grouping {
  value: string;
  label: string;
}

export const ATTENDANCE_BY: Grouping[] = [
  { value: "medico", label: "Profissional" },
  { value: "dia_semana", label: "Dia da semana" },
  { value: "canal", label: "Canal" },
  { value: "antecedencia", label: "Antecedência" },
  { value: "servico", label: "Serviço" },
  { value: "convenio", label: "Convênio" },
];
export const CANCELLED_BY: Grouping[] = [
  { value: "motivo", label: "Motivo" },
  { value: "quem", label: "Quem cancelou" },
  { value: "antecedencia", label: "Antecedência" },
  { value: "medico", label: "Profissional" },
];
export const REVENUE_BY: Grouping[] = [
  { value: "medico", label: "Profissional" },
  { value: "servico", label: "Serviço" },
  { value: "convenio", label: "Convênio" },
  { value: "mes", label: "Mês" },
];

export const nameOf = (groupings: Grouping[], value: string) => groupings.find((one) => one.value === value)?.label ?? "Grupo";

export const OCCUPANCY: Series[] = [
  { label: "Ocupado", fill: "cheio" },
  { label: "Livre", fill: "vazio" },
];
export const ATTENDANCE: Series[] = [
  { label: "Realizadas", fill: "cheio" },
  { label: "Faltas", fill: "risca" },
  { label: "Canceladas", fill: "ponto" },
  { label: "Remarcadas", fill: "grade" },
  { label: "Por vir", fill: "claro" },
  { label: "Sem desfecho", fill: "vazio" },
];
export const CANCELLED: Series[] = [
  { label: "Paciente", fill: "risca" },
  { label: "Clínica", fill: "cheio" },
  { label: "Sem registro", fill: "vazio" },
];
export const REVENUE: Series[] = [
  { label: "Realizado", fill: "cheio" },
  { label: "Previsto", fill: "claro" },
  { label: "Perdido", fill: "risca" },
];

type Time = Shapes["OcupacaoTempo"];
const time = ({ minutos_oferecidos, minutos_ocupados, minutos_fora, taxa }: Time) => ({
  values: [minutos_ocupados, Math.max(0, minutos_oferecidos - minutos_ocupados)],
  extras: [rate(taxa) + (minutos_fora > 0 ? " *" : "")],
});

export const occupancy = (one: Shapes["OcupacaoProfissional"]): Row => ({ key: String(one.medico_id), label: one.medico_nome, ...time(one) });
export const occupancyTotal = (total: Time): Row => ({ key: "total", label: "Total", ...time(total) });

type Named<T> = T & { chave?: string | null; grupo: string };
const key = ({ chave, grupo }: { chave?: string | null; grupo: string }) => chave ?? `?${grupo}`;

export const attendance = (one: Named<Shapes["ComparecimentoContagem"]>): Row => ({
  key: key(one),
  label: one.grupo,
  values: [one.realizados, one.faltas, one.cancelados, one.remarcados, one.a_realizar, one.sem_desfecho],
  extras: [rate(one.taxa_falta)],
});

export const cancelled = (one: Named<Shapes["CancelamentosContagem"]>): Row => ({
  key: key(one),
  label: one.grupo,
  values: [one.por_paciente, one.por_clinica, one.sem_autor],
  extras: [`${one.retomados} (${rate(one.taxa_retomada)})`],
});

export const revenue = (one: Named<Shapes["ReceitaValores"]>): Row => ({
  key: key(one),
  label: one.grupo,
  values: [one.realizado_centavos, one.previsto_centavos, one.perdido_centavos],
});

/** What the asterisk of the occupancy means, `""` when there is none. */
export function outside(total: Time | undefined, hours: (minutes: number) => string): string {
  return total && total.minutos_fora > 0 ? `* Mais ${hours(total.minutos_fora)} de consultas fora do expediente, que não contam na taxa.` : "";
}

type Hour = Shapes["OcupacaoHora"];
const DAYS = ["segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo"];
/** Hours of which less than this was offered in the whole period say nothing of a habit, minutes. */
const TELLING = 60;

/** The hours as rows, from the first in which anybody attends to the last. */
export function byHour(hours: Hour[]): { key: string; label: string; days: Hour[] }[] {
  const all = hours.map(({ hora }) => hora);
  if (all.length === 0) return [];
  const first = Math.min(...all);
  return Array.from({ length: Math.max(...all) - first + 1 }, (_, i) => first + i).map((hora) => ({
    key: String(hora),
    label: `${hora}h`,
    days: hours.filter((one) => one.hora === hora),
  }));
}

/** The fullest and the emptiest hour in words, `""` when they do not differ. */
export function peaks(hours: Hour[]): string {
  const known = hours.filter(({ minutos_oferecidos, taxa }) => minutos_oferecidos >= TELLING && taxa != null).sort((a, b) => b.taxa! - a.taxa!);
  const [full, empty] = [known[0], known.at(-1)];
  if (!full || !empty || full.taxa === empty.taxa) return "";
  const say = ({ dia_semana, hora, taxa }: Hour) => `${DAYS[dia_semana - 1]}, ${hora}h (${whole(taxa)})`;
  const idle = known.filter(({ minutos_ocupados }) => minutos_ocupados === 0).length;
  const free = idle > 1 ? `${idle} horas da semana sem nenhuma consulta` : `Mais livre: ${say(empty)}`;
  return `Mais cheio: ${say(full)}. ${free}.`;
}
