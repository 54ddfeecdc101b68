/**
 * What was written and is not yet with the API: one after the other, each with a key of its own, so that trying again never sends twice.
 * Kept in this tab until it left; so are drafts.
 */
import { api, ask, newKey, once } from "../../api/client";
import { Problem } from "../../api/problem";
import { session } from "../../api/session.svelte";
import type { Mensagem } from "./messages";

export interface Pending {
  key: string;
  conversa: number;
  texto: string;
  /** The last message that was there before: whatever is this one comes after it. */
  depois: number;
  em: string;
  saindo: boolean;
  /** Why it did not leave. */
  problema: string;
}

const owner = () => `${session.user?.user_type ?? ""}.${session.user?.id ?? ""}`;
const stored = () => `horario.saindo.${owner()}`;
const draftOf = (conversa: number) => `horario.rascunho.${owner()}.${conversa}`;

let pending = $state.raw<Pending[]>([]);
let restored = "";
let queue: Promise<unknown> = Promise.resolve();

/** A full or forbidden store loses a convenience, not a message. */
function keep(name: string, text: string): void {
  try {
    if (text) sessionStorage.setItem(name, text);
    else sessionStorage.removeItem(name);
  } catch {
    return;
  }
}

function set(next: Pending[]): void {
  pending = next;
  keep(stored(), next.length > 0 ? JSON.stringify(next) : "");
}

const change = (key: string, changes: Partial<Pending>) => set(pending.map((one) => (one.key === key ? { ...one, ...changes } : one)));

export const outbox = {
  /** What did not leave before the page was loaded again. Nobody knows whether it did: the key does. */
  restore(): void {
    if (restored === owner()) return;
    restored = owner();
    try {
      const found = JSON.parse(sessionStorage.getItem(stored()) ?? "[]") as Pending[];
      pending = found.map((one) => ({ ...one, saindo: false, problema: one.problema || "A página fechou antes de a mensagem sair." }));
    } catch {
      pending = [];
    }
  },

  /** Those of a conversation that the thread does not show yet. */
  of(conversa: number, shown: Mensagem[]): Pending[] {
    return pending.filter((one) => {
      if (one.conversa !== conversa) return false;
      const arrived = (message: Mensagem) =>
        message.autor === "humano" && message.texto === one.texto && message.id > one.depois;
      return !(one.saindo && shown.some(arrived));
    });
  },

  /** Sends a text; the message when it was taken. */
  send(conversa: number, texto: string, depois: number): Promise<Mensagem | null> {
    const one: Pending = { key: newKey(), conversa, texto, depois, em: new Date().toISOString(), saindo: true, problema: "" };
    set([...pending, one]);
    return enqueue(one);
  },

  /** Tries one again. */
  again(key: string): Promise<Mensagem | null> {
    const one = pending.find((other) => other.key === key);
    if (!one || one.saindo) return Promise.resolve(null);
    const next = { ...one, saindo: true, problema: "" };
    change(key, next);
    return enqueue(next);
  },

  /** Takes one away; its text. */
  drop(key: string): string {
    const texto = pending.find((one) => one.key === key)?.texto ?? "";
    set(pending.filter((one) => one.key !== key));
    return texto;
  },
};

/** One at a time, so that they arrive in the order they were written. */
function enqueue(one: Pending): Promise<Mensagem | null> {
  const sent = queue.then(() => deliver(one));
  queue = sent.catch(() => undefined);
  return sent;
}

async function deliver({ key, conversa, texto }: Pending): Promise<Mensagem | null> {
  try {
    const message = await ask(
      api.POST("/api/conversas/{id}/mensagens", { params: { path: { id: conversa } }, body: { texto }, headers: once(key) }),
    );
    outbox.drop(key);
    return message;
  } catch (refused) {
    const problema = refused instanceof Problem ? refused.words : "Algo deu errado.";
    change(key, { saindo: false, problema });
    if (!(refused instanceof Problem)) throw refused;
    return null;
  }
}

export const draft = {
  read(conversa: number): string {
    try {
      return sessionStorage.getItem(draftOf(conversa)) ?? "";
    } catch {
      return "";
    }
  },
  keep(conversa: number, texto: string): void {
    keep(draftOf(conversa), texto);
  },
};
