/** How far a message about a visit got: whoever sees an empty chair asks whether the patient was reminded. */
import type { Shapes } from "../../api/client";
import { moment } from "../../lib/dates";
import { ESTADO, troubleOf } from "../conversas/messages";

type Sent = Shapes["LembreteEnviadoOut"];

/** Called as in the settings, where they are switched on and off. */
export const REMINDER: Record<Shapes["LembreteTipo"], string> = {
  confirmacao: "Consulta marcada",
  vespera: "Lembrete da véspera",
  dia: "Lembrete do dia",
  falta: "Depois da falta",
};

/** In words, and whether somebody should ring. */
export function reached({ estado, falha, em }: Sent, zone: string, now = new Date()): { words: string; trouble: boolean } {
  if (estado === "previsto") return { words: new Date(em) > now ? `Sai ${moment(em, zone)}` : "Sai em instantes", trouble: false };
  if (falha === "medida") return { words: "Não saiu: o paciente já recebeu muitos avisos no mesmo dia.", trouble: true };
  const trouble = troubleOf({ autor: "bot", estado, falha: falha ?? null });
  if (trouble) return { words: trouble, trouble: estado === "falhou" };
  return { words: `${ESTADO[estado] ?? estado} · ${moment(em, zone)}`, trouble: false };
}
