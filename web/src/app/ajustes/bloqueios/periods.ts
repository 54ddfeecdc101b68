/** A block's period as it is typed, and as the API and people read it. */
import { addDays, numericDay } from "../../../lib/dates";

export interface Typed {
  inteiro: boolean;
  de: string;
  deHora: string;
  ate: string;
  ateHora: string;
}

/** The period the API is asked for: whole days end with the midnight after the last. */
export function period({ inteiro, de, deHora, ate, ateHora }: Typed): { inicio: string; fim: string } | null {
  if (!de || !ate || ate < de) return null;
  if (inteiro) return { inicio: `${de}T00:00`, fim: `${addDays(ate, 1)}T00:00` };
  if (!deHora || !ateHora || `${de}T${deHora}` >= `${ate}T${ateHora}`) return null;
  return { inicio: `${de}T${deHora}`, fim: `${ate}T${ateHora}` };
}

/** "07/12/2026, o dia todo", "de 07/12/2026 a 11/12/2026", "07/12/2026, 08:00 às 12:00". */
export function periodWords(inicio: string, fim: string): string {
  const [from = "", fromHour = ""] = inicio.split("T");
  const [to = "", toHour = ""] = fim.split("T");
  if (fromHour === "00:00" && toHour === "00:00") {
    const last = addDays(to, -1);
    return last === from ? `${numericDay(from)}, o dia todo` : `de ${numericDay(from)} a ${numericDay(last)}`;
  }
  if (from === to) return `${numericDay(from)}, ${fromHour} às ${toHour}`;
  return `de ${numericDay(from)} ${fromHour} a ${numericDay(to)} ${toHour}`;
}
