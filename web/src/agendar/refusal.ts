/** What is said of a refusal on this page: when it asks for patience, how much. */
import type { Problem } from "../api/problem";

/** Those that say by themselves what to do instead. */
const OWN = ["muitas_reservas", "muitos_codigos", "muitos_pedidos"];

export function refusal(problem: Problem): string {
  if (problem.status !== 429 || OWN.includes(problem.codigo)) return problem.message;
  const minutes = Math.ceil(problem.retryAfter / 60);
  const wait = minutes <= 1 ? "um minuto" : minutes < 90 ? `${minutes} minutos` : `${Math.ceil(minutes / 60)} horas`;
  return `Foram muitas tentativas seguidas. Espere ${wait} e tente de novo, ou fale com a clínica.`;
}
