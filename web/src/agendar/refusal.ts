/** What is said of a refusal on this page: when it asks for patience, how much. */
import type { Problem } from "../api/problem";

export function refusal(problem: Problem): string {
  if (problem.status !== 429 || problem.codigo === "muitas_reservas") return problem.message;
  const minutes = Math.ceil(problem.retryAfter / 60);
  const wait = minutes <= 1 ? "um minuto" : minutes < 90 ? `${minutes} minutos` : `${Math.ceil(minutes / 60)} horas`;
  return `Foram muitas tentativas seguidas. Espere ${wait} e tente de novo, ou fale com a clínica.`;
}
