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

type Time = Shapes["OcupacaoTempo"];
type Attendance = Shapes["ComparecimentoContagem"];
type Cancelled = Shapes["CancelamentosContagem"];
type Revenue = Shapes["ReceitaValores"];

/** A series with where its numbers come from: name and number are one thing, so no row can be in another order. */
interface Told<T> extends Series {
  of: (one: T) => number;
}
const values = <T>(series: Told<T>[], one: T): number[] => series.map(({ of }) => of(one));

export const OCCUPANCY: Told<Time>[] = [
  { label: "Ocupado", fill: "cheio", of: ({ minutos_ocupados }) => minutos_ocupados },
  { label: "Livre", fill: "vazio", of: ({ minutos_oferecidos, minutos_ocupados }) => Math.max(0, minutos_oferecidos - minutos_ocupados) },
];
export const ATTENDANCE: Told<Attendance>[] = [
  { label: "Realizadas", fill: "cheio", of: ({ realizados }) => realizados },
  { label: "Faltas", fill: "risca", of: ({ faltas }) => faltas },
  { label: "Canceladas", fill: "ponto", of: ({ cancelados }) => cancelados },
  { label: "Remarcadas", fill: "grade", of: ({ remarcados }) => remarcados },
  { label: "Por vir", fill: "claro", of: ({ a_realizar }) => a_realizar },
  { label: "Sem desfecho", fill: "vazio", of: ({ sem_desfecho }) => sem_desfecho },
];
export const CANCELLED: Told<Cancelled>[] = [
  { label: "Paciente", fill: "risca", of: ({ por_paciente }) => por_paciente },
  { label: "Clínica", fill: "cheio", of: ({ por_clinica }) => por_clinica },
  { label: "Sem registro", fill: "vazio", of: ({ sem_autor }) => sem_autor },
];
export const REVENUE: Told<Revenue>[] = [
  { label: "Realizado", fill: "cheio", of: ({ realizado_centavos }) => realizado_centavos },
  { label: "Previsto", fill: "claro", of: ({ previsto_centavos }) => previsto_centavos },
  { label: "Perdido", fill: "risca", of: ({ perdido_centavos }) => perdido_centavos },
];

const time = (one: Time) => ({
  values: values(OCCUPANCY, one),
  extras: [rate(one.taxa) + (one.minutos_fora > 0 ? " *" : "")],
});

export const occupancy = (one: Shapes["OcupacaoProfissional"]): Row => ({ key: String(one.medico_id), label: one.medico_nome, ...time(one) });
export const occupancyTotal = (total: Time): Row => ({ key: "total", label: "Total", ...time(total) });

type Named<T> = T & { chave?: string | null; grupo: string };
const named = <T>(series: Told<T>[], one: Named<T>): Row => ({ key: one.chave ?? `?${one.grupo}`, label: one.grupo, values: values(series, one) });

export const attendance = (one: Named<Attendance>): Row => ({ ...named(ATTENDANCE, one), extras: [rate(one.taxa_falta)] });
export const cancelled = (one: Named<Cancelled>): Row => ({ ...named(CANCELLED, one), extras: [`${one.retomados} (${rate(one.taxa_retomada)})`] });
export const revenue = (one: Named<Revenue>): Row => named(REVENUE, one);

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
