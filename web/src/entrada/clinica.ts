/** Whose door this is. */
import { type Shapes, api, ask } from "../api/client";
import { Problem } from "../api/problem";
import { paint } from "../lib/cor";
import { isOperator } from "../lib/senha";

export type Door =
  | { kind: "clinica"; clinica: Shapes["Clinica"] }
  | { kind: "operacao" }
  | { kind: "desconhecida" }
  | { kind: "suspensa"; problem: Problem }
  /** The API did not say; the door still opens. */
  | { kind: "calada" };

/** Finds out, and paints the page in the clinic's colour. */
export async function door(): Promise<Door> {
  if (isOperator) return { kind: "operacao" };
  try {
    const clinica = await ask(api.GET("/api/publico/clinica"));
    paint((clinica as { cor?: string | null }).cor);
    return { kind: "clinica", clinica };
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.status === 404) return { kind: "desconhecida" };
    if (problem.status === 402) return { kind: "suspensa", problem };
    return { kind: "calada" };
  }
}

/** How the door is called. */
export function nameOf(found: Door): string {
  if (found.kind === "clinica") return found.clinica.nome;
  return found.kind === "operacao" ? "Operação" : "Sua clínica";
}
