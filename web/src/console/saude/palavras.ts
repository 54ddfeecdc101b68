/** What queues, lines and workers are, in words. */
import type { Shapes } from "../../api/client";
import { count } from "../../lib/words";

interface Word {
  text: string;
  tone: "neutro" | "marca" | "perigo" | "atencao" | "sucesso";
}

const LINE: Record<Shapes["Instancia"]["situacao"], Word> = {
  desconectada: { text: "Desconectada", tone: "perigo" },
  recusada: { text: "Código não lido", tone: "perigo" },
  suspeita: { text: "Em silêncio", tone: "atencao" },
  sem_resposta: { text: "Servidor não responde", tone: "atencao" },
  conectando: { text: "Conectando", tone: "atencao" },
  nunca_conectada: { text: "Nunca conectada", tone: "neutro" },
  conectada: { text: "Conectada", tone: "sucesso" },
  meta: { text: "Pela Meta", tone: "sucesso" },
  sem_linha: { text: "Sem linha", tone: "neutro" },
};
export const lineWord = (situacao: string): Word => LINE[situacao] ?? { text: situacao, tone: "neutro" };

/** Why it ended, by WhatsApp's code; `""` of one that says nothing to anybody. */
export function ended(code: number | null | undefined): string {
  if (code === 401) return "encerrada no celular ou no painel";
  return code === 402 || code === 403 ? "número bloqueado pelo WhatsApp" : "";
}

export const WORKER: Record<string, { title: string; does: string }> = {
  reminders: { title: "Lembretes", does: "Roda a cada minuto: lembretes, envios, conexões, faturas" },
  assistant: { title: "Assistente", does: "Responde o que chega na fila" },
};

const RUN: Record<string, Word> = {
  em_dia: { text: "Em dia", tone: "sucesso" },
  ociosa: { text: "Sem trabalho", tone: "sucesso" },
  falhou: { text: "Falhou em parte", tone: "atencao" },
  atrasada: { text: "Atrasada", tone: "perigo" },
  sem_noticia: { text: "Sem notícia", tone: "perigo" },
};
export const runWord = (situacao: string): Word => RUN[situacao] ?? { text: situacao, tone: "neutro" };

const KIND: Record<string, string> = {
  message: "Mensagem",
  edit: "Mensagem editada",
  deletion: "Mensagem apagada",
  delivery: "Aviso de entrega",
  connection: "Aviso de conexão",
  code: "Código de conexão",
  owed: "Resposta devida",
  nudge: "Pedido de envio",
};
export const kindWord = (tipo: string) => KIND[tipo] ?? "Desconhecida";

/** "80 ms", "2,5 s", "3 min", "2 h": how long something took or waited. */
export function span(millis: number): string {
  if (millis < 1000) return `${millis} ms`;
  const seconds = millis / 1000;
  if (seconds < 60) return `${seconds.toLocaleString("pt-BR", { maximumFractionDigits: 1 })} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** "3 mensagens paradas" */
export const dead = (paradas: number) => count(paradas, "mensagem parada", "mensagens paradas");
