/** Whether the patient hears by WhatsApp of what was done to their time, in words; if not, somebody has to call. At night it waits for the morning. */
import { firstName } from "./steps";

interface Person {
  paciente_nome: string;
  paciente_telefone?: string | null | undefined;
}

export const TOLD = "O aviso vai pelo WhatsApp.";

export const untold = ({ paciente_nome, paciente_telefone }: Person): string =>
  `Não deu para avisar pelo WhatsApp: ${paciente_telefone ? "ligue para" : "fale com"} ${firstName(paciente_nome)}.`;
