/** The API's words as people read them. */
import type { Shapes } from "../api/client";

export type Status = Shapes["AgendamentoOut"]["status"];

export const STATUS: Record<Status, string> = {
  agendado: "Agendado",
  confirmado: "Confirmado",
  em_atendimento: "Em atendimento",
  realizado: "Realizado",
  faltou: "Faltou",
  cancelado: "Cancelado",
  remarcado: "Remarcado",
};

export const CANAL: Record<Shapes["AgendamentoOut"]["canal"], string> = {
  painel: "Painel",
  whatsapp: "WhatsApp",
  site: "Site",
  sistema: "Sistema",
  sql: "Sistema",
};

// Made when first needed, not when the page comes: making one takes a phone as long as drawing many rows.
let inMoney: Intl.NumberFormat | undefined;
let inNumbers: Intl.NumberFormat | undefined;

/** "R$ 250,00" */
export const money = (centavos: number) => (inMoney ??= new Intl.NumberFormat("pt-BR", { style: "currency", currency: "BRL" })).format(centavos / 100);
/** A price as patients are told it; nothing where the clinic says none. */
export const priceWords = (centavos: number | null | undefined) => (centavos === 0 ? "sem custo" : centavos ? money(centavos) : "");
/** "12.345" */
export function number(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1_000) return String(value);
  return (inNumbers ??= new Intl.NumberFormat("pt-BR")).format(value);
}

/** The sentence, beginning with a capital. */
export const capitalized = (sentence: string): string => sentence.charAt(0).toLocaleUpperCase("pt-BR") + sentence.slice(1);

/** "1 consulta", "2 consultas" */
export function count(value: number, one: string, many: string): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** "+5511987654321" → "(11) 98765-4321"; of another country, as it is. */
export function phone(e164: string | null | undefined): string {
  const found = /^\+55(\d{2})(\d{4,5})(\d{4})$/.exec(e164 ?? "");
  return found ? `(${found[1]}) ${found[2]}-${found[3]}` : (e164 ?? "");
}

/** Without accents and case, as the API compares. */
export const fold = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLocaleLowerCase("pt-BR");

/** Whether every word of a search is in the text, whatever its accents: "joao sil" finds "João da Silva". */
export function mentions(text: string, search: string): boolean {
  const folded = fold(text);
  return fold(search).trim().split(/\s+/).every((word) => folded.includes(word));
}

const TITLE = /^(dra?|profa?)\.\s+/i;

/** "MS" of "Maria das Dores Souza", "TR" of "Dra. Tânia Ribeiro". */
export function initials(name: string): string {
  const words = name.trim().replace(TITLE, "").split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join("").toLocaleUpperCase("pt-BR");
}
