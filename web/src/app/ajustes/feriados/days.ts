/** The days of a year on which the clinic closes or opens, as a page shows them. */
import type { Shapes } from "../../../api/client";

export type Feriado = Shapes["FeriadoOut"];

/** The optional days and their words, in the order of the year. */
export const OPCIONAIS: { value: string; label: string }[] = [
  { value: "carnaval_segunda", label: "Segunda-feira de Carnaval" },
  { value: "carnaval_terca", label: "Terça-feira de Carnaval" },
  { value: "quarta_cinzas", label: "Quarta-feira de Cinzas" },
  { value: "corpus_christi", label: "Corpus Christi" },
  { value: "vespera_natal", label: "Véspera de Natal" },
  { value: "vespera_ano_novo", label: "Véspera de Ano-Novo" },
];

export interface Day {
  dia: string;
  nome: string;
  fechado: boolean;
  /** Whose holiday it is: "Nacional", "Da clínica" … */
  de: string;
  /** The clinic's own word about it, which goes before the law's. */
  own: Feriado | null;
  /** Whether the law or a choice has it too, so that without the clinic's word it is still there. */
  lei: boolean;
}

const DE: Record<string, string> = { nacional: "Nacional", opcional: "Escolhido", estadual: "Estadual", municipal: "Municipal", clinica: "Da clínica" };

/** One line for a date: the law's and the clinic's word about it together. */
export function days(feriados: readonly Feriado[]): Day[] {
  const byDay = new Map<string, Feriado[]>();
  for (const feriado of feriados) byDay.set(feriado.dia, [...(byDay.get(feriado.dia) ?? []), feriado]);
  return [...byDay].map(([dia, all]) => {
    const law = all.find(({ origem }) => origem !== "clinica");
    // The same order as the server's: of that very date before every year's, closed before open.
    const own = all.filter(({ origem }) => origem === "clinica").sort((a, b) => Number(a.anual ?? false) - Number(b.anual ?? false) || Number(b.fechado) - Number(a.fechado))[0] ?? null;
    const named = law ?? own!;
    return { dia, nome: named.nome, fechado: (own ?? named).fechado, de: DE[named.ambito] ?? named.ambito, own, lei: law !== undefined };
  });
}
