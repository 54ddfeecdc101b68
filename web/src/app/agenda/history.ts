/** What a line of the history says. */
import type { Shapes } from "../../api/client";
import { clinicNow, longDay } from "../../lib/dates";
import { STATUS, type Status, capitalized } from "../../lib/words";
import { clinic } from "../clinic.svelte";

type Change = Shapes["MudancaOut"];

const DEEDS: Record<string, string> = {
  criado: "Marcado",
  alterado: "Alterado",
  remarcado: "Mudou de horário",
  agendado: "Voltou a ser marcado",
  confirmado: "Presença confirmada",
  chegada: "Chegou",
  chegada_desfeita: "Chegada desfeita",
  em_atendimento: "Atendimento iniciado",
  realizado: "Atendimento finalizado",
  faltou: "Faltou",
  cancelado: "Cancelado",
  reativado: "Voltou a valer",
};

/** An action nobody gave words to is shown as it is called. */
export const deed = (action: string): string => DEEDS[action] ?? capitalized(action.replaceAll("_", " "));

/** What was before and after, where a person would ask. */
export function changed({ antes, depois }: Change, zone = clinic.zone, medico: (id: number) => { nome: string } | undefined = clinic.medico): string[] {
  const [before, after] = [(antes ?? {}) as Record<string, unknown>, (depois ?? {}) as Record<string, unknown>];
  if (!antes || !depois) return [];
  const words = {
    inicio_em: (value: unknown) => {
      const { day, hour } = clinicNow(zone, new Date(String(value)));
      return `${longDay(day)}, ${hour}`;
    },
    medico_id: (value: unknown) => medico(Number(value))?.nome ?? "outro profissional",
    status: (value: unknown) => STATUS[value as Status] ?? String(value),
    convenio_nome: (value: unknown) => (value ? String(value) : "particular"),
  };
  return Object.entries(words)
    .filter(([name]) => name in before && name in after && before[name] !== after[name])
    .map(([name, say]) => `${say(before[name])} → ${say(after[name])}`);
}
