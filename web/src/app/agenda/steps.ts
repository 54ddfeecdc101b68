/** What may come next for a visit. The server has the last word. */
import type { paths } from "../../api/schema";
import type { Appointment } from "./events";

type Deed = "confirmacao" | "chegada" | "inicio" | "realizacao" | "falta" | "reativacao";

export interface Step {
  path: `/api/agendamentos/{id}/${Deed}` & keyof paths;
  label: string;
  /** What is said when it worked, of the first name. */
  done: (first: string) => string;
}

const step = (deed: Deed, label: string, done: Step["done"]): Step => ({ path: `/api/agendamentos/{id}/${deed}`, label, done });

const CONFIRM = step("confirmacao", "Confirmar presença", (first) => `Presença de ${first} confirmada.`);
const ARRIVE = step("chegada", "Chegou", (first) => `${first} está na clínica.`);
const START = step("inicio", "Iniciar atendimento", (first) => `Atendimento de ${first} iniciado.`);
const FINISH = step("realizacao", "Finalizar atendimento", (first) => `Atendimento de ${first} finalizado.`);
const MISS = step("falta", "Faltou", (first) => `Falta de ${first} registrada.`);
const AGAIN = step("reativacao", "Reativar", (first) => `O horário de ${first} voltou a valer.`);
const CAME = step("realizacao", "O paciente veio", (first) => `Atendimento de ${first} registrado.`);

export function nextSteps(visit: Appointment, today: string, now: number): Step[] {
  const begun = Date.parse(visit.inicio_em) <= now;
  const dayCame = visit.data <= today;
  const standing = [
    ...(dayCame && !visit.chegada_em ? [ARRIVE] : []),
    ...(dayCame ? [START] : []),
    ...(visit.status === "agendado" ? [CONFIRM] : []),
    ...(begun ? [MISS] : []),
  ];
  switch (visit.status) {
    case "agendado":
    case "confirmado":
      return dayCame ? standing : visit.status === "agendado" ? [CONFIRM] : [];
    case "em_atendimento":
      return [FINISH];
    case "faltou":
      return [CAME];
    case "cancelado":
      return begun ? [] : [AGAIN];
    default:
      return [];
  }
}

export const firstName = (name: string): string => name.trim().split(/\s+/)[0] ?? name;
