/** What becomes of two records when they are made one, told before it is done: the same rules as the API's, which `tests/data/fusao.json` holds both to. */
import type { Shapes } from "../../api/client";
import { numericDay } from "../../lib/dates";
import { phone } from "../../lib/words";
import { maskCns, maskCpf } from "./masks";

/** The longest note a record holds, in letters. */
const LONGEST_NOTE = 4000;

type Patient = Shapes["PacienteOut"];

/** What is compared, in the order it is shown. */
export const ROWS: { field: keyof Patient; label: string }[] = [
  { field: "nome", label: "Nome" },
  { field: "telefone", label: "Telefone" },
  { field: "cpf", label: "CPF" },
  { field: "cns", label: "CNS" },
  { field: "nascimento_dia", label: "Nascimento" },
  { field: "email", label: "E-mail" },
  { field: "convenio_id", label: "Convênio" },
  { field: "carteirinha", label: "Carteirinha" },
  { field: "observacoes", label: "Observações" },
  { field: "aceita_lembretes", label: "Lembretes" },
  { field: "aceita_marketing", label: "Divulgação" },
];

/** One value as people read it, `""` when there is none. */
export function shown(patient: Patient, field: keyof Patient, convenio: (id: number) => string): string {
  const value = patient[field];
  if (typeof value === "boolean") return value ? "Aceita" : "Não aceita";
  if (value === null || value === undefined) return "";
  if (field === "convenio_id") return convenio(Number(value));
  const text = String(value);
  if (field === "telefone") return phone(text);
  if (field === "cpf") return maskCpf(text);
  if (field === "cns") return maskCns(text);
  return field === "nascimento_dia" ? numericDay(text) : text;
}

/** Why the two cannot become one, `""` when they can. */
export function apart(kept: Patient, other: Patient): string {
  for (const [field, name] of [["cpf", "CPFs"], ["cns", "números do SUS"]] as const) {
    if (kept[field] && other[field] && kept[field] !== other[field]) {
      return `Os dois cadastros têm ${name} diferentes, então parecem ser de pessoas diferentes. Se um deles está errado, corrija-o antes de unir.`;
    }
  }
  return "";
}

/** The record that is left. */
export function merged(kept: Patient, other: Patient): Patient {
  const samePlan = kept.convenio_id == null || kept.convenio_id === other.convenio_id;
  const notes = [kept.observacoes, other.observacoes].filter((note) => note);
  return {
    ...kept,
    telefone: kept.telefone ?? other.telefone ?? null,
    cpf: kept.cpf ?? other.cpf ?? null,
    cns: kept.cns ?? other.cns ?? null,
    email: kept.email ?? other.email ?? null,
    nascimento_dia: kept.nascimento_dia ?? other.nascimento_dia ?? null,
    convenio_id: kept.convenio_id ?? other.convenio_id ?? null,
    // A card is of its plan.
    carteirinha: kept.carteirinha ?? (samePlan ? other.carteirinha : null) ?? null,
    // By letters, not by halves of them, as the API counts.
    observacoes: [...[...new Set(notes)].join("\n")].slice(0, LONGEST_NOTE).join("") || null,
    aceita_lembretes: kept.aceita_lembretes && other.aceita_lembretes,
    aceita_marketing: kept.aceita_marketing && other.aceita_marketing,
  };
}
