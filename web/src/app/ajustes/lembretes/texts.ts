/**
 * What patients read, for the preview: the sentences of `functions/reminders/src/texts.rs`, with a visit made up for it. The texts are the
 * product's and the same for every clinic.
 */
import { addDays, hourOf, minutes, weekday } from "../../../lib/dates";

export interface Sample {
  clinica: string;
  medico: string;
  /** Today. */
  dia: string;
}
/** The visit of the preview. */
const PATIENT = "Maria";
const AT = "14:30";
const WEEK = ["domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado"];
const ANSWERS = "Responda *1* para confirmar, *2* para remarcar ou *3* para cancelar.";

/** "8h", "14h30". */
export const clock = (hour: string) => hour.replace(/^0/, "").replace(/:00$/, "h").replace(":", "h");

/** "hoje, 25/11", "amanhã, 26/11", "sexta-feira, 28/11"; the year only when it is another. */
export function dayFrom(day: string, today: string): string {
  const name = day === today ? "hoje" : day === addDays(today, 1) ? "amanhã" : WEEK[weekday(day)];
  const [year, month, date] = day.split("-");
  return `${name}, ${date}/${month}${today.startsWith(year!) ? "" : `/${year}`}`;
}

/** When a message of so many minutes before the visit would be read: its day, and its hour without quiet hours. */
export function sentBefore(visit: string, before: number): { day: string; hour: string } {
  const total = minutes(AT) - before;
  const days = Math.floor(total / 1440);
  return { day: addDays(visit, days), hour: hourOf(total - days * 1440) };
}

export function reminder({ clinica, medico, dia }: Sample, before: number): string {
  const visit = addDays(dia, 7);
  const sent = sentBefore(visit, before);
  return `Olá, ${PATIENT}! Lembrete da *${clinica}*: sua consulta com ${medico} é ${dayFrom(visit, sent.day)}, às *${clock(AT)}*.\n\n${ANSWERS}`;
}

export function booked({ clinica, medico, dia }: Sample): string {
  return `Olá, ${PATIENT}! Sua consulta na *${clinica}* está marcada: ${dayFrom(addDays(dia, 7), dia)}, às *${clock(AT)}*, com ${medico}.\n\n${ANSWERS}`;
}

export function missed({ clinica, medico, dia }: Sample): string {
  const free = [
    [1, "09:00"],
    [2, "15:00"],
    [3, "10:30"],
  ] as const;
  const numbered = free.map(([after, hour], i) => `*${i + 1}* · ${dayFrom(addDays(dia, after), dia)}, às ${clock(hour)}\n`).join("");
  return `Olá, ${PATIENT}! Aqui é da *${clinica}*. Sentimos a sua falta na consulta com ${medico}; imprevistos acontecem. Quer marcar outro horário?\n\n${numbered}\nResponda com o número, ou escreva o dia que prefere.`;
}

/** The parts of a message as WhatsApp shows it: what stands between asterisks is bold. */
export function parts(text: string): { text: string; bold: boolean }[] {
  return text
    .split(/\*([^*\n]+)\*/)
    .map((part, i) => ({ text: part, bold: i % 2 === 1 }))
    .filter((part) => part.text !== "");
}
