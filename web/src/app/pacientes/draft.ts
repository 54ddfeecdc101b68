/** What the form of a patient holds while somebody types, what is wrong with it, and what is sent. */
import type { Shapes } from "../../api/client";
import { cnsFits, cpfFits, dayTyped, maskCns, maskCpf, maskPhone, phoneFits, typedDay } from "./masks";

export interface Draft {
  nome: string;
  telefone: string;
  cpf: string;
  cns: string;
  email: string;
  nascimento_dia: string;
  convenio_id: number | null;
  carteirinha: string;
  observacoes: string;
}
export type Field = keyof Draft;

/** The longest note the API takes. */
export const LONGEST_NOTE = 4000;

export function draftOf(patient: Partial<Shapes["PacienteOut"]>): Draft {
  return {
    nome: patient.nome ?? "",
    telefone: maskPhone(patient.telefone ?? ""),
    cpf: maskCpf(patient.cpf ?? ""),
    cns: maskCns(patient.cns ?? ""),
    email: patient.email ?? "",
    nascimento_dia: typedDay(patient.nascimento_dia),
    convenio_id: patient.convenio_id ?? null,
    carteirinha: patient.carteirinha ?? "",
    observacoes: patient.observacoes ?? "",
  };
}

/** What is wrong, by field. */
export function faults(draft: Draft, today: string): Partial<Record<Field, string>> {
  const found: Partial<Record<Field, string>> = {};
  const filled = (field: Exclude<Field, "convenio_id">) => draft[field].trim() !== "";
  if ([...draft.nome.trim()].length < 2) found.nome = "Escreva o nome da pessoa.";
  if (filled("telefone") && !phoneFits(draft.telefone)) found.telefone = "Escreva o telefone com DDD, como (11) 98765-4321.";
  if (filled("cpf") && !cpfFits(draft.cpf)) found.cpf = "Confira o CPF: os dígitos não conferem.";
  if (filled("cns") && !cnsFits(draft.cns)) found.cns = "Confira o CNS: são quinze dígitos, e eles não conferem.";
  if (filled("email") && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(draft.email.trim())) found.email = "Confira o e-mail.";
  if (filled("nascimento_dia")) {
    const day = dayTyped(draft.nascimento_dia);
    if (!day) found.nascimento_dia = "Escreva dia, mês e ano, como 02/05/1980.";
    else if (day > today) found.nascimento_dia = "A data de nascimento está no futuro.";
  }
  if (draft.convenio_id !== null && filled("carteirinha") && !/^[0-9A-Za-z][0-9A-Za-z ./-]{0,39}$/.test(card(draft))) {
    found.carteirinha = "Escreva o número como está no cartão, sem acentos.";
  }
  return found;
}

const card = (draft: Draft) => draft.carteirinha.trim().replace(/\s+/g, " ");
const told = (text: string) => text.trim() || null;

/** The draft in the API's words; call it when nothing is wrong. */
function body(draft: Draft) {
  return {
    nome: draft.nome.trim().replace(/\s+/g, " "),
    telefone: told(draft.telefone),
    cpf: told(draft.cpf.replace(/\D/g, "")),
    cns: told(draft.cns.replace(/\D/g, "")),
    email: told(draft.email),
    nascimento_dia: dayTyped(draft.nascimento_dia),
    convenio_id: draft.convenio_id,
    // Without a plan there is no card.
    carteirinha: draft.convenio_id === null ? null : told(card(draft)),
    observacoes: told(draft.observacoes),
  };
}

/** What a new patient is made of: fields left empty are not told. */
export function created(draft: Draft): Shapes["PacienteIn"] {
  const { nome, ...rest } = body(draft);
  return { nome, ...(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)) as Omit<Shapes["PacienteIn"], "nome">) };
}

/**
 * Only what somebody changed, `null` where they emptied it: what another changed meanwhile stays as they left it. With another plan the card is said
 * too: it is that plan's, whatever is written on it.
 */
export function changed(before: Draft, after: Draft): Partial<Shapes["ChangeIn"]> {
  const [was, is] = [body(before), body(after)];
  const differs = (field: Field) => was[field] !== is[field];
  const fields = (Object.keys(is) as Field[]).filter((field) => differs(field) || (field === "carteirinha" && is.carteirinha !== null && differs("convenio_id")));
  return Object.fromEntries(fields.map((field) => [field, is[field]]));
}

/** What each field is called in a sentence. */
const NAMES: Record<Field, string> = {
  nome: "o nome",
  telefone: "o telefone",
  cpf: "o CPF",
  cns: "o cartão do SUS",
  email: "o e-mail",
  nascimento_dia: "o nascimento",
  convenio_id: "o convênio",
  carteirinha: "o número da carteirinha",
  observacoes: "as observações",
};

/** "o nome, o CPF e o e-mail" */
export const named = (fields: Field[]): string => new Intl.ListFormat("pt-BR").format(fields.map((field) => NAMES[field]));

/** The form once somebody else saved the same record: what was typed here stays, the rest is as they left it. */
export interface Rebased {
  draft: Draft;
  /** What they changed. */
  theirs: Field[];
  /** What of it was typed here too, otherwise: saved now, theirs is lost. */
  both: Field[];
}

export function rebased(before: Draft, typed: Draft, newest: Draft): Rebased {
  const [was, is, now] = [body(before), body(typed), body(newest)];
  const fields = Object.keys(is) as Field[];
  const here = fields.filter((field) => was[field] !== is[field]);
  const theirs = fields.filter((field) => was[field] !== now[field]);
  return {
    draft: { ...newest, ...Object.fromEntries(here.map((field) => [field, typed[field]])) },
    theirs,
    both: theirs.filter((field) => here.includes(field) && is[field] !== now[field]),
  };
}
