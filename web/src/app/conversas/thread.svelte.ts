/** The messages of one conversation as they come: the newest page, older ones when asked for, and every few seconds what changed. */
import { api, ask } from "../../api/client";
import { Problem } from "../../api/problem";
import { type Poll, poll } from "../../lib/poll.svelte";
import { type Mensagem, merge } from "./messages";

const EVERY = 3_000;

export class Thread {
  messages = $state.raw<Mensagem[]>([]);
  ready = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** Whether there are older ones. */
  more = $state(false);
  paging = $state(false);

  #next: string | undefined;
  #since: string | undefined;
  #turn: Poll | undefined;

  constructor(readonly id: number) {}

  start(): () => void {
    this.#turn = poll((signal) => (this.#since ? this.#changes(signal) : this.#load(signal)), EVERY);
    return () => this.#turn?.stop();
  }

  /** Asks again, now. */
  again(): void {
    this.problem = null;
    void this.#turn?.now();
  }

  put(message: Mensagem): void {
    this.messages = merge(this.messages, [message]);
  }

  async older(): Promise<void> {
    const cursor = this.#next;
    if (!cursor || this.paging) return;
    this.paging = true;
    try {
      const page = await ask(api.GET("/api/conversas/{id}/mensagens", { params: { path: { id: this.id }, query: { cursor } } }));
      if (this.#next !== cursor) return;
      this.#next = page.proximo ?? undefined;
      this.more = Boolean(page.proximo);
      this.messages = merge(this.messages, page.mensagens);
    } catch (refused) {
      if (!(refused instanceof Problem)) throw refused;
    } finally {
      this.paging = false;
    }
  }

  async #load(signal: AbortSignal): Promise<void> {
    try {
      const page = await ask(api.GET("/api/conversas/{id}/mensagens", { params: { path: { id: this.id } }, signal }));
      this.messages = page.mensagens.toReversed();
      this.#next = page.proximo ?? undefined;
      this.more = Boolean(page.proximo);
      this.#since = page.desde;
      this.problem = null;
      this.ready = true;
    } catch (refused) {
      if (refused instanceof Problem && !signal.aborted) this.problem = refused;
      throw refused;
    }
  }

  async #changes(signal: AbortSignal): Promise<void> {
    const desde = this.#since;
    try {
      const answer = await ask(api.GET("/api/conversas/{id}/mensagens", { params: { path: { id: this.id }, query: { desde: desde! } }, signal }));
      if (answer.recarregar) return this.#load(signal);
      this.#since = answer.desde;
      this.messages = merge(this.messages, answer.mensagens);
    } catch (refused) {
      if (refused instanceof Problem && refused.status === 422) this.#since = undefined;
      // Erased meanwhile: what was shown is nobody's to read.
      if (refused instanceof Problem && refused.status === 404) {
        this.messages = [];
        this.problem = refused;
      }
      throw refused;
    }
  }
}
