/** The connection without a browser: how a state looks, what a test came to, and how long a code lives. */
import type { Shapes } from "../../api/client";
import { clinicNow, shortDay } from "../../lib/dates";
import { capitalized } from "../../lib/words";

export type Whatsapp = Shapes["WhatsappOut"];
export type Tom = "sucesso" | "atencao" | "perigo" | "calmo";

const TONS: Record<string, Tom> = {
  conectado: "sucesso",
  suspeito: "atencao",
  recusado: "atencao",
  desconectado: "perigo",
};

export const tomOf = (situacao: string): Tom => TONS[situacao] ?? "calmo";
/** Whether messages come and go. */
export const isOpen = (situacao: string): boolean => situacao === "conectado" || situacao === "suspeito";

/** "agora há pouco", "há 3 min", "hoje às 14:30", "28/11 às 09:00"; `–` for never. */
export function since(instant: string | null | undefined, zone: string, now = new Date()): string {
  if (!instant) return "–";
  const minutes = Math.floor((now.getTime() - Date.parse(instant)) / 60_000);
  if (minutes < 1) return "agora há pouco";
  if (minutes < 60) return `há ${minutes} min`;
  const then = clinicNow(zone, new Date(instant));
  return then.day === clinicNow(zone, now).day ? `hoje às ${then.hour}` : `${shortDay(then.day)} às ${then.hour}`;
}

/** Since when something is so, as a sentence begins: "Agora há pouco", "Há 3 min", "Desde hoje às 14:30". */
export function sinceWhen(instant: string, zone: string, now = new Date()): string {
  const when = since(instant, zone, now);
  return /^(agora|há) /.test(when) ? capitalized(when) : `Desde ${when}`;
}

/** The API counts to a thousand. */
export const figure = (count: number): string => (count >= 1000 ? "mais de 1.000" : String(count));

/** What is wrong and worth a line: that it is disconnected is said above already. */
export function alertsOf({ alertas, situacao }: Pick<Whatsapp, "alertas" | "situacao">): (Whatsapp["alertas"][number] & { kind: "erro" | "atencao" })[] {
  return alertas
    .filter(({ tipo }) => tipo !== "desconectada" || situacao !== "desconectado")
    .map((alerta) => ({ ...alerta, kind: ["incertas", "sem_resposta", "numero"].includes(alerta.tipo) ? ("atencao" as const) : ("erro" as const) }));
}

export interface Reached {
  text: string;
  kind: "nota" | "sucesso" | "atencao" | "erro";
  /** How many of the three steps are done: left, arrived, read. */
  steps: number;
  over: boolean;
}

const WHY: Record<string, string> = {
  sem_whatsapp: "Este número não tem WhatsApp.",
  recusada: "O WhatsApp recusou a mensagem.",
  desistimos: "O WhatsApp da clínica não respondeu.",
};

/** How far the test message got, as people say it. */
export function reached(estado: string, falha: string | null | undefined): Reached {
  if (estado === "enviada") return { text: "Enviada. Se o celular estiver ligado, ela chega em instantes.", kind: "nota", steps: 1, over: false };
  if (estado === "entregue") return { text: "Chegou ao celular. Está tudo certo.", kind: "sucesso", steps: 2, over: false };
  if (estado === "lida") return { text: "Chegou e foi lida. Está tudo certo.", kind: "sucesso", steps: 3, over: true };
  if (estado === "incerta") return { text: "Não sabemos se chegou. Confira no celular.", kind: "atencao", steps: 1, over: false };
  if (estado === "falhou") return { text: ["Não foi entregue.", WHY[falha ?? ""]].filter(Boolean).join(" "), kind: "erro", steps: 0, over: true };
  return { text: "Saindo…", kind: "nota", steps: 0, over: false };
}

/** Whole seconds a code still lives. */
export const secondsLeft = (until: string, now = Date.now()): number => Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
