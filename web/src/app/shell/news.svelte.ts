/** What waits for somebody, for the numbers in the menu: unread conversations, urgent ones, requests to approve. */
import { api, ask } from "../../api/client";
import { session } from "../../api/session.svelte";
import { poll } from "../../lib/poll.svelte";

const EVERY = 15_000;

let unread = $state("");
let urgent = $state(false);
let requests = $state("");

export const news = {
  /** "3", "50+", or `""`. */
  get unread(): string {
    return unread;
  },
  get urgent(): boolean {
    return urgent;
  },
  get requests(): string {
    return requests;
  },
};

const words = (count: number, more: boolean) => (count === 0 ? "" : `${count}${more ? "+" : ""}`);

/** Keeps the numbers fresh until the answer is called. */
export function watch(): () => void {
  // Conversations are of who works for the whole clinic: of anybody else they are not even asked.
  const desk = session.wholeClinic;
  const nobody = { conversas: [], proximo: null };
  const turn = poll(async (signal) => {
    const [conversas, urgentes, pedidos] = await Promise.all([
      desk ? ask(api.GET("/api/conversas", { params: { query: { nao_lidas: true } }, signal })) : nobody,
      desk ? ask(api.GET("/api/conversas", { params: { query: { urgentes: true } }, signal })) : nobody,
      ask(api.GET("/api/pedidos", { signal })),
    ]);
    unread = words(conversas.conversas.length, Boolean(conversas.proximo));
    urgent = urgentes.conversas.length > 0;
    requests = words(pedidos.pedidos.length, Boolean(pedidos.proximo));
  }, EVERY);
  return () => turn.stop();
}
