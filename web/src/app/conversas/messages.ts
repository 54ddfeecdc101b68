/** Messages of a thread without a browser: what they say in words, how far they got, and how they are put together. */
import type { Shapes } from "../../api/client";
import { clinicNow, daysBetween, fullDay, longDay } from "../../lib/dates";

export type Mensagem = Shapes["MensagemOut"];
export type Citada = NonNullable<Mensagem["citada"]>;

/** How far one of ours got, for people who see marks and people who hear words. */
export const ESTADO: Record<string, string> = {
  pendente: "Saindo",
  enviada: "Enviada",
  entregue: "Entregue",
  lida: "Lida",
  falhou: "Não entregue",
  incerta: "Sem confirmação",
  aguardando: "Esperando o paciente",
};

/** What is said aloud of those that did not simply arrive. */
export function troubleOf({ estado, falha, autor }: Pick<Mensagem, "estado" | "falha" | "autor">): string {
  if (autor === "paciente") return "";
  if (estado === "aguardando") return "O WhatsApp só entrega depois que o paciente responder. Já pedimos que responda.";
  if (estado === "incerta") return "Saiu, mas o WhatsApp não confirmou. Confira no celular da clínica.";
  if (estado !== "falhou") return "";
  if (falha === "sem_whatsapp") return "Não entregue: este número não tem WhatsApp.";
  if (falha === "recusada") return "Não entregue: o WhatsApp recusou a mensagem.";
  if (falha === "desistimos") return "Não entregue: o WhatsApp da clínica não respondeu.";
  return "Não entregue.";
}

const KINDS: Record<string, string> = {
  audio: "Áudio",
  imagem: "Foto",
  video: "Vídeo",
  documento: "Documento",
  figurinha: "Figurinha",
  localizacao: "Localização",
  contato: "Contato",
  reacao: "Reação",
  enquete: "Enquete",
  voto: "Voto na enquete",
  escolha: "Escolha",
};

/** What kind of thing it is, `""` for words. */
const kindOf = (tipo: string): string => (tipo === "texto" ? "" : (KINDS[tipo] ?? "Mensagem"));

/** How long a recording is: "0:07", "12:30". */
export const lasts = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** What stands above it: what it is, and what is known of it at once. */
export function headOf({ tipo, segundos, arquivo, transcricao }: Pick<Mensagem, "tipo" | "segundos" | "arquivo" | "transcricao">): string {
  const kind = tipo === "escolha" ? "" : kindOf(tipo);
  if (tipo === "documento" && arquivo) return arquivo;
  if (tipo !== "audio") return kind;
  return [kind, segundos ? `de ${lasts(segundos)}` : "", transcricao ? "em palavras" : ""].filter(Boolean).join(", ").replace(", de", " de");
}

/** Its words; a document without any is only called by its name, which stands above. */
export const wordsOf = ({ texto, arquivo }: Pick<Mensagem, "texto" | "arquivo">): string => (texto && texto !== arquivo ? texto : "");

/** What can only be seen or heard on the clinic's own phone, and that it is so. */
export function elsewhere({ tipo, abre, texto }: Pick<Mensagem, "tipo" | "abre" | "texto">): string {
  if (abre || !["imagem", "video", "documento", "figurinha", "audio"].includes(tipo)) return "";
  if (tipo === "audio") return texto ? "" : "Ouça no celular da clínica.";
  return "Veja no celular da clínica.";
}

const OPEN: Record<string, string> = { audio: "Ouvir", documento: "Baixar documento", figurinha: "Ver figurinha" };
/** What fetches it is called. */
export const openWords = (tipo: string): string => OPEN[tipo] ?? "Ver foto";

/** Under which name a document is handed over: its own, if that says what it is. Only PDFs come this way. */
export const fileName = ({ id, arquivo }: Pick<Mensagem, "id" | "arquivo">): string =>
  arquivo?.toLowerCase().endsWith(".pdf") ? arquivo.replace(/[\\/:*?"<>|]/g, "-") : `documento-${id}.pdf`;

/** Whose the message is that another one quotes. */
export const quotedAuthor = (autor: string, patient: string): string => (autor === "paciente" ? patient : autor === "bot" ? "Assistente" : "Clínica");

/** One line of it, for the list. */
export function preview({ tipo, texto }: { tipo: string; texto?: string | null }): string {
  const kind = kindOf(tipo);
  const line = plain(texto ?? "").replace(/\s+/g, " ").trim();
  if (tipo === "escolha" || !kind) return line || kind || "Mensagem";
  if (tipo === "reacao") return line ? `Reagiu com ${line}` : "Tirou a reação";
  return line ? `${kind}: ${line}` : kind;
}

/** Latitude and longitude of a place, when they are told. */
export function placeOf({ tipo, texto }: Pick<Mensagem, "tipo" | "texto">): string | null {
  const found = tipo === "localizacao" ? /(-?\d{1,3}\.\d+), (-?\d{1,3}\.\d+)\s*$/.exec(texto ?? "") : null;
  return found ? `${found[1]},${found[2]}` : null;
}

/** All messages, the oldest first: those that came replace what was known of them. */
export function merge(known: Mensagem[], came: Mensagem[]): Mensagem[] {
  if (came.length === 0) return known;
  const all = new Map(known.map((one) => [one.id, one]));
  for (const one of came) all.set(one.id, one);
  return [...all.values()].sort((a, b) => a.id - b.id);
}

/** Who wrote it, as the thread says it above the first of several. */
function authorOf({ autor, usuario }: Pick<Mensagem, "autor" | "usuario">): string {
  if (autor === "bot") return "Assistente";
  return autor === "humano" ? (usuario ?? "Pelo celular da clínica") : "";
}

export interface Line {
  message: Mensagem;
  /** The day, on its first message. */
  day: string;
  /** Who, on the first of several in a row. */
  author: string;
  first: boolean;
  hour: string;
}

/** "Hoje", "Ontem", "segunda-feira, 30 de novembro". */
function dayName(day: string, today: string): string {
  const days = daysBetween(day, today);
  if (days === 0) return "Hoje";
  if (days === 1) return "Ontem";
  return day.slice(0, 4) === today.slice(0, 4) ? longDay(day) : fullDay(day);
}

/** The thread as it is drawn. */
export function linesOf(messages: Mensagem[], zone: string, now = new Date()): Line[] {
  const today = clinicNow(zone, now).day;
  let last = { day: "", who: "" };
  return messages.map((message) => {
    const { day, hour } = clinicNow(zone, new Date(message.criado_em));
    const author = authorOf(message);
    const who = `${message.autor} ${author}`;
    const fresh = day !== last.day;
    const first = fresh || who !== last.who;
    last = { day, who };
    return { message, day: fresh ? dayName(day, today) : "", author: first ? author : "", first, hour };
  });
}

/** The first of the patient's last `unread` messages, `null` when all are read or they are further back. */
export function firstUnread(messages: Mensagem[], unread: number): number | null {
  const theirs = messages.filter(({ autor }) => autor === "paciente");
  return unread > 0 ? (theirs.at(-unread)?.id ?? null) : null;
}

const plain = (text: string): string =>
  formatted(text)
    .map(({ text: part }) => part)
    .join("");

export interface Part {
  text: string;
  kind: "texto" | "forte" | "enfase" | "riscado" | "link";
}

/** WhatsApp's own marks, `*bold*`, `_italic_`, `~struck~`, and addresses, as parts; nothing of it is ever read as HTML. */
export function formatted(text: string): Part[] {
  const marks = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]'*_~])|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\2(?![\p{L}\p{N}])/gu;
  const kinds = { "*": "forte", _: "enfase", "~": "riscado" } as const;
  const parts: Part[] = [];
  let at = 0;
  for (const found of text.matchAll(marks)) {
    if (found.index > at) parts.push({ text: text.slice(at, found.index), kind: "texto" });
    if (found[1]) parts.push({ text: found[1], kind: "link" });
    else parts.push({ text: found[3]!, kind: kinds[found[2] as keyof typeof kinds] });
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), kind: "texto" });
  return parts;
}
