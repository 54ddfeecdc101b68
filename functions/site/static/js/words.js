/** Words and figures as people read them: statuses, phones, why a day has no time. Pure. */

/** The closed set of statuses: what it is called and whether it holds its time. */
export const STATUS = {
  agendado: { label: "Agendado", holds: true },
  confirmado: { label: "Confirmado", holds: true },
  em_atendimento: { label: "Em atendimento", holds: true },
  realizado: { label: "Realizado", holds: true },
  faltou: { label: "Faltou", holds: false },
  cancelado: { label: "Cancelado", holds: false },
  remarcado: { label: "Remarcado", holds: false },
};

/** Why a professional offers nothing on a day; "lotado" and "passado" need no curtain over the day. */
const CLOSED = {
  nao_atende: "Não atende neste dia",
  feriado: "Feriado",
  bloqueio: "Agenda bloqueada",
  ferias: "Férias",
  fora_do_periodo: "Agenda ainda não aberta",
};

/** "Feriado (Natal)", "Férias", or "" when the day is open. */
export function closedBecause(motivo, detalhe) {
  const holiday = motivo === "feriado" && /\(.+\)/.exec(detalhe ?? "")?.[0];
  return holiday ? `${CLOSED.feriado} ${holiday}` : (CLOSED[motivo] ?? "");
}

/** Why the list of hours is empty, as a sentence. */
export function nothingFree(motivo, detalhe) {
  if (motivo === "lotado") return "O dia está lotado. Escolha outra data ou marque um encaixe.";
  if (motivo === "passado") return "Não há mais horários neste dia.";
  // The server's reason is a whole sentence.
  const why = detalhe ? detalhe.charAt(0).toUpperCase() + detalhe.slice(1) : `${CLOSED[motivo] ?? "Não há horários livres"}.`;
  return `${why} Escolha outra data ou marque um encaixe.`;
}

/** "+5511999998888" → "(11) 99999-8888"; anything else as it came. */
export function phone(text) {
  const match = /^\+?55(\d{2})(\d{4,5})(\d{4})$/.exec((text ?? "").replace(/[^\d+]/g, ""));
  return match ? `(${match[1]}) ${match[2]}-${match[3]}` : (text ?? "");
}

/** "1 agendamento", "2 agendamentos" */
export function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

/** Where an appointment came from. */
export const CHANNEL = {
  whatsapp: "WhatsApp",
  site: "Página da clínica",
  painel: "Painel",
  sistema: "Sistema",
  sql: "Sistema",
};
