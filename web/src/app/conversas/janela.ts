/** The 24 hours Meta gives, in words: until when one may write freely, and what becomes of what is written later. */
import { clinicNow } from "../../lib/dates";
import type { Conversa } from "./list";

/** So long before it closes it is said. */
const SOON = 4 * 3_600_000;

export interface Window {
  /** What is written waits. */
  closed: boolean;
  /** `""` when there is nothing to say. */
  words: string;
}

export function windowOf(janela: Conversa["janela"], zone: string, now: number): Window {
  if (!janela) return { closed: false, words: "" };
  const until = janela.ate ? Date.parse(janela.ate) : 0;
  if (until <= now)
    return {
      closed: true,
      words:
        "Mais de 24 horas sem resposta do paciente: por aqui só vai uma mensagem padrão, que pede que ele responda. O seu texto espera até 7 dias e sai quando ele responder.",
    };
  if (until - now > SOON) return { closed: false, words: "" };
  const hour = clinicNow(zone, new Date(until)).hour;
  const today = clinicNow(zone, new Date(now)).day === clinicNow(zone, new Date(until)).day;
  return { closed: false, words: `Até ${today ? "" : "amanhã, "}${hour} você escreve livremente. Depois, a Meta só entrega quando o paciente responder.` };
}
