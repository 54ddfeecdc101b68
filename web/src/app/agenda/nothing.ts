import { capitalized } from "../../lib/words";

/** Why a list of times is empty, as a sentence. The server's reason is a whole sentence already. */
export function nothingFree(motivo: string | null | undefined, detalhe: string | null | undefined): string {
  if (motivo === "lotado") return "O dia está lotado. Escolha outra data ou marque um encaixe.";
  if (motivo === "passado") return "Não há mais horários neste dia.";
  const why = detalhe ? capitalized(detalhe) : "Não há horários livres.";
  if (motivo === "servico") return `${why} Escolha outro profissional ou outro serviço.`;
  return `${why} Escolha outra data ou marque um encaixe.`;
}
