/** Calling a visit off: whether the patient can be told, what the reasons are, and what is said afterwards. */
import type { Shapes } from "../../api/client";
import type { Appointment } from "./events";
import { firstName } from "./steps";
import { TOLD, untold } from "./told";

export type Caller = "paciente" | "clinica";

/** What the API is asked for; a reason of its own, or none. */
export interface Asked {
  por: Caller;
  motivo?: string;
  avisar: boolean;
}

/** As many characters as the API takes. */
export const LONGEST_REASON = 300;

/** What reports are grouped by: one tap, so that one reason has one spelling. Who called off is told apart already. */
export const REASONS: Record<Caller, string[]> = {
  paciente: ["Imprevisto", "Vai marcar outra data", "Marcado em outro lugar", "Desistiu", "Erro de marcação"],
  clinica: ["Profissional ausente", "Mudança na agenda", "Clínica fechada", "Erro de marcação"],
};

/** Who called off themselves knows it, and of what has begun nobody is told: the API writes to neither. */
export const mayTell = (visit: Appointment, by: Caller, now = Date.now()): boolean => by === "clinica" && Date.parse(visit.inicio_em) > now;

/** What is said when it is done; `asked`: the patient was to be told. `call`: they could not be, and somebody has to. */
export function afterCancelling(visit: Shapes["CanceladoOut"], asked: boolean): { done: string; call: string } {
  const done = `Horário de ${firstName(visit.paciente_nome)} cancelado.`;
  if (!asked) return { done, call: "" };
  return visit.avisado ? { done: `${done} ${TOLD}`, call: "" } : { done, call: untold(visit) };
}
