/** The list of conversations without a browser: its order, what a filter lets through, and what changes bring. */
import type { Shapes } from "../../api/client";
import { clinicNow, daysBetween, shortDay, weekdayShort } from "../../lib/dates";
import { fold, phone } from "../../lib/words";

export type Conversa = Shapes["ConversaOut"];
export type Filtro = "todas" | "nao_lidas" | "urgentes" | "bot" | "humano" | "encerrada";

export const FILTROS: { id: Filtro; label: string }[] = [
  { id: "todas", label: "Todas" },
  { id: "nao_lidas", label: "Não lidas" },
  { id: "urgentes", label: "Urgentes" },
  { id: "humano", label: "Com pessoa" },
  { id: "bot", label: "Com assistente" },
  { id: "encerrada", label: "Encerradas" },
];

export const isFiltro = (text: string | null): text is Filtro => FILTROS.some(({ id }) => id === text);

/** What the API is asked for a filter. */
export function queryOf(filtro: Filtro, q: string): { modo?: string; nao_lidas?: boolean; urgentes?: boolean; q?: string } {
  const words = q ? { q } : {};
  if (filtro === "todas") return words;
  if (filtro === "nao_lidas") return { nao_lidas: true, ...words };
  if (filtro === "urgentes") return { urgentes: true, ...words };
  return { modo: filtro, ...words };
}

const SHORTEST = 3;

/** Whether the API searches for this: three letters or three digits of one word. */
export function searchable(q: string): boolean {
  return q.trim() === "" || fold(q).split(/\s+/).some((word) => word.replace(/[^\p{L}\p{N}]/gu, "").length >= SHORTEST);
}

/** Whether a filter and a search let a conversation through. */
export function matches(one: Conversa, filtro: Filtro, q: string): boolean {
  if (filtro === "nao_lidas" && one.nao_lidas === 0) return false;
  if (filtro === "urgentes" && !one.urgente) return false;
  if ((filtro === "bot" || filtro === "humano" || filtro === "encerrada") && one.modo !== filtro) return false;
  const names = fold([one.nome, one.nome_perfil, ...one.pacientes.map(({ nome }) => nome)].filter(Boolean).join(" "));
  const digits = (one.telefone ?? "").replace(/\D/g, "");
  return fold(q)
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => {
      const numbers = word.replace(/\D/g, "");
      return names.includes(word) || (numbers !== "" && /^[\d()+\-.]+$/.test(word) && digits.includes(numbers));
    });
}

/** Urgent first, then the newest: the order of the API, by which its pages go on. */
export function compare(a: Conversa, b: Conversa): number {
  return (
    Number(b.urgente) - Number(a.urgente) || Date.parse(b.ultima_mensagem_em) - Date.parse(a.ultima_mensagem_em) || b.id - a.id
  );
}

/**
 * The list after a change. `keep` stays although the filter lets it go no more: it is open. Beyond the last of a list that has more pages
 * nothing is added: its page will bring it.
 */
export function merge(
  list: Conversa[],
  changed: Conversa[],
  { filtro, q, keep, more }: { filtro: Filtro; q: string; keep: number | null; more: boolean },
): Conversa[] {
  const tail = list.at(-1);
  const next = new Map(list.map((one) => [one.id, one]));
  for (const one of changed) {
    const here = next.has(one.id);
    if (!matches(one, filtro, q) && !(here && one.id === keep)) next.delete(one.id);
    else if (here || !more || !tail || compare(one, tail) < 0) next.set(one.id, one);
  }
  return [...next.values()].sort(compare);
}

/** Who is at the other end, as it is shown. */
export function nameOf(one: Conversa): string {
  return one.nome || one.nome_perfil || phone(one.telefone) || "Sem nome nem telefone";
}

/** "14:05" today, "ontem", "seg." this week, "30/11" before. */
export function whenOf(instant: string, zone: string, now = new Date()): string {
  const then = clinicNow(zone, new Date(instant));
  const days = daysBetween(then.day, clinicNow(zone, now).day);
  if (days <= 0) return then.hour;
  if (days === 1) return "ontem";
  return days < 7 ? weekdayShort(then.day) : shortDay(then.day);
}

/** Whether the assistant is silent because it answered too often today. */
export const silenced = (one: Conversa, now = Date.now()): boolean => Boolean(one.calado_ate && Date.parse(one.calado_ate) > now);

/** Who answers, in few words; `mine`: it is who looks. */
export function whoAnswers(one: Conversa, mine: boolean, zone: string, now = Date.now()): { short: string; long: string } {
  const hour = (instant: string) => {
    const when = whenOf(instant, zone, new Date(now));
    const at = clinicNow(zone, new Date(instant)).hour;
    return when === at || Date.parse(instant) > now ? `às ${at}` : `${when}, ${at}`;
  };
  if (one.modo === "encerrada") {
    const back = one.bot_parado ? "Reabre quando o paciente escrever." : "Quando o paciente escrever, o assistente responde.";
    return { short: "Encerrada", long: back };
  }
  if (one.modo === "humano") {
    const who = mine ? "Você responde" : one.atendente ? `${one.atendente} responde` : "Uma pessoa responde";
    const where = one.atendente ? "" : "Alguém escreveu pelo celular da clínica. ";
    const back =
      one.volta_em && !one.bot_parado
        ? Date.parse(one.volta_em) > now
          ? `O assistente volta ${hour(one.volta_em)} se ninguém daqui escrever.`
          : "O assistente responde à próxima mensagem do paciente."
        : one.bot_parado
          ? "O paciente pediu que o assistente pare."
          : "O assistente está calado.";
    return { short: who, long: where + back };
  }
  if (one.bot_parado) return { short: "Assistente parado", long: "O paciente pediu que ele pare. Uma pessoa precisa responder." };
  if (silenced(one, now))
    return { short: "Assistente calado", long: `Já respondeu muito nesta conversa e volta ${hour(one.calado_ate!)}. Veja se alguém precisa ajudar.` };
  return { short: "O assistente responde", long: "Ao escrever, você assume a conversa." };
}
