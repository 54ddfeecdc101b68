/** What somebody waits for, in words. */
import type { Shapes } from "../../api/client";
import { daysBetween, shortDay } from "../../lib/dates";

export type Period = "manha" | "tarde" | "noite";
export const PERIODS: { value: Period; label: string; words: string; hours: string }[] = [
  { value: "manha", label: "Manhã", words: "de manhã", hours: "até 12:00" },
  { value: "tarde", label: "Tarde", words: "à tarde", hours: "das 12:00 às 18:00" },
  { value: "noite", label: "Noite", words: "à noite", hours: "depois das 18:00" },
];
/** 1 = segunda … 7 = domingo, as the API counts them. */
export const DAYS = ["seg", "ter", "qua", "qui", "sex", "sáb", "dom"];
export const DAYS_LONG = ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"];

/** "seg, qua e sex", "seg a sex", "" of any day. */
export function dayWords(days: readonly number[] | null | undefined): string {
  const sorted = [...new Set(days ?? [])].filter((day) => day >= 1 && day <= 7).sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined || sorted.length === 7) return "";
  const name = (day: number) => DAYS[day - 1] ?? "";
  if (sorted.length > 2 && last - first === sorted.length - 1) return `${name(first)} a ${name(last)}`;
  const names = sorted.map(name);
  return names.length === 1 ? name(first) : `${names.slice(0, -1).join(", ")} e ${names.at(-1)}`;
}

export interface Names {
  medico: (id: number) => string;
  servico: (id: number) => string;
}

/** "Dra. Tânia · Retorno · seg a sex · de manhã · até 30/12" */
export function wishWords(entry: Shapes["EsperaOut"], names: Names): string {
  return [
    entry.medico_id ? names.medico(entry.medico_id) : "Qualquer profissional",
    entry.servico_id ? names.servico(entry.servico_id) : "",
    dayWords(entry.dias),
    PERIODS.find(({ value }) => value === entry.periodo)?.words ?? "",
    entry.vale_ate ? `até ${shortDay(entry.vale_ate)}` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** "desde hoje", "desde ontem", "há 12 dias" between two days. */
export function sinceWords(day: string, today: string): string {
  const days = daysBetween(day, today);
  if (days <= 0) return "desde hoje";
  return days === 1 ? "desde ontem" : `há ${days} dias`;
}

/** A professional is told little of who waits for anybody and is not their patient: what is done for them, the desk does. */
export const isColleagues = (entry: Shapes["EsperaOut"]): boolean => (entry.paciente_id ?? null) === null;

/** Whether somebody waits for the same already. */
export function waitsAlready(queue: Shapes["EsperaOut"][], patient: number, medico: number | null, servico: number | null): boolean {
  return queue.some((entry) => entry.paciente_id === patient && (entry.medico_id ?? null) === medico && (entry.servico_id ?? null) === servico);
}
