/** What waits for somebody, for the numbers in the menu: unread conversations, urgent ones, requests to approve. */
import { api, ask, askIfChanged } from "../../api/client";
import { session } from "../../api/session.svelte";
import { poll } from "../../lib/poll.svelte";

const EVERY = 15_000;
/** The API counts conversations no further. */
const MOST = 100;

let unread = $state("");
let urgent = $state(false);
let requests = $state("");

export const news = {
  /** "3", "99+", or `""`. */
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
const upToMost = (count: number) => words(Math.min(count, MOST - 1), count >= MOST);

/** Keeps the numbers fresh until the answer is called. */
export function watch(): () => void {
  // Conversations are of who works for the whole clinic: of anybody else they are not even asked.
  const desk = session.wholeClinic;
  let mark: string | null = null;
  const turn = poll(async (signal) => {
    const [waiting, pedidos] = await Promise.all([
      desk ? ask(api.GET("/api/conversas/contagem", { signal })) : { nao_lidas: 0, urgentes: 0 },
      askIfChanged(mark, (headers) => api.GET("/api/pedidos", { headers, signal })),
    ]);
    unread = upToMost(waiting.nao_lidas);
    urgent = waiting.urgentes > 0;
    if (!pedidos) return;
    mark = pedidos.etag;
    requests = words(pedidos.data.pedidos.length, Boolean(pedidos.data.proximo));
  }, EVERY);
  return () => turn.stop();
}
