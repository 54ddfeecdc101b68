/** The clock of an incident: three working days to tell the ANPD and the people concerned. */
import type { Shapes } from "../../api/client";

type Incidente = Shapes["Incidente"];
export interface Clock {
  text: string;
  tone: "neutro" | "atencao" | "perigo" | "sucesso" | "marca";
}

const HOUR = 3_600_000;

/** What is left, in words: "2 dias e 3 h", "5 h", "menos de 1 h". */
export function left(milliseconds: number): string {
  const hours = Math.floor(milliseconds / HOUR);
  const days = Math.floor(hours / 24);
  if (days >= 1) return [`${days} ${days === 1 ? "dia" : "dias"}`, hours % 24 ? `${hours % 24} h` : ""].filter(Boolean).join(" e ");
  return hours >= 1 ? `${hours} h` : "menos de 1 h";
}

/** How it stands; `situacao` only where the API told it, with the incident itself. */
export function clock(one: Incidente & { situacao?: string }, now = Date.now()): Clock {
  if (one.encerrado_em) return { text: "Encerrado", tone: "neutro" };
  if (one.situacao === "cumprido") return { text: "Comunicado", tone: "sucesso" };
  if (!one.prazo_em) return { text: "Em apuração", tone: "marca" };
  const remaining = Date.parse(one.prazo_em) - now;
  if (remaining <= 0) return { text: "Prazo vencido", tone: "perigo" };
  return { text: `Faltam ${left(remaining)}`, tone: remaining < 24 * HOUR ? "perigo" : "atencao" };
}

export const CATEGORIES: Record<string, string> = {
  identificacao: "Identificação",
  contato: "Contato",
  documentos: "Documentos",
  saude: "Saúde",
  agenda: "Agenda",
  conversas: "Conversas",
  financeiro: "Financeiro",
  credenciais: "Senhas e acessos",
};

export const TOLD: Record<string, string> = { anpd: "ANPD", titulares: "Titulares", clinicas: "Clínicas" };
