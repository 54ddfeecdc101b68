/** A line of the log of who saw patients' data, in words. */
import type { Shapes } from "../../api/client";

type Access = Pick<Shapes["AcessoOut"], "tipo" | "usuario_nome" | "pacientes" | "conversas">;

const WHAT: Record<string, string> = {
  agenda: "na agenda",
  cadastro: "no cadastro",
  busca: "numa busca",
  espera: "na lista de espera",
  conversa: "numa conversa",
  exportacao: "numa cópia exportada",
  calendario: "num calendário assinado",
};

export const who = ({ usuario_nome }: Access): string => usuario_nome ?? "Alguém que saiu da equipe";
export const what = ({ tipo }: Access): string => WHAT[tipo] ?? tipo;

/** "3 pacientes", "1 paciente e 1 conversa" */
export function whom({ pacientes, conversas }: Access): string {
  const parts = [
    pacientes.length > 0 && `${pacientes.length} ${pacientes.length === 1 ? "paciente" : "pacientes"}`,
    conversas.length > 0 && `${conversas.length} ${conversas.length === 1 ? "conversa" : "conversas"}`,
  ];
  return parts.filter(Boolean).join(" e ");
}
