/** The list of conversations as it lives: a page at a time, and every few seconds what changed. Every conversation seen is kept as it is now. */
import { api, ask } from "../../api/client";
import { Problem } from "../../api/problem";
import { type Poll, poll } from "../../lib/poll.svelte";
import { type Conversa, type Filtro, matches, merge, queryOf } from "./list";

const EVERY = 4_000;

export class Inbox {
  list = $state.raw<Conversa[]>([]);
  /** Everyone the API told of, as they are now, whatever the filter says. */
  known = $state.raw<ReadonlyMap<number, Conversa>>(new Map());
  ready = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** Whether there are more pages. */
  more = $state(false);

  /** The one that is open: it stays in the list although the filter lets it go. */
  #open: number | null = null;
  #filtro: Filtro = "todas";
  #q = "";
  #next: string | undefined;
  #since: string | undefined;
  #turn: Poll | undefined;
  #asking: AbortController | undefined;
  #paging = false;
  #loading = false;

  /** Asks again and again until the answer is called. */
  start(): () => void {
    this.#turn = poll((signal) => this.#changes(signal), EVERY);
    return () => {
      this.#turn?.stop();
      this.#asking?.abort();
    };
  }

  /** Asks for another list; the old one stays until it comes. */
  async show(filtro: Filtro, q: string): Promise<void> {
    this.#filtro = filtro;
    this.#q = q;
    await this.load();
  }

  /** Another is open, or none: what only stayed because it was goes. */
  opened(id: number | null): void {
    this.#open = id;
    this.list = this.list.filter((one) => one.id === id || matches(one, this.#filtro, this.#q));
  }

  async load(): Promise<void> {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    this.#since = undefined;
    this.#loading = true;
    try {
      const page = await ask(api.GET("/api/conversas", { params: { query: queryOf(this.#filtro, this.#q) }, signal: asking.signal }));
      if (asking.signal.aborted) return;
      this.list = page.conversas;
      this.#remember(page.conversas);
      this.#next = page.proximo ?? undefined;
      this.more = Boolean(page.proximo);
      this.#since = page.desde;
      this.problem = null;
      this.ready = true;
    } catch (refused) {
      if (asking.signal.aborted) return;
      if (!(refused instanceof Problem)) throw refused;
      this.problem = refused;
    } finally {
      if (this.#asking === asking) this.#loading = false;
    }
  }

  /** The next page. */
  async page(): Promise<void> {
    const cursor = this.#next;
    if (!cursor || this.#paging) return;
    const asking = this.#asking;
    this.#paging = true;
    try {
      const query = { ...queryOf(this.#filtro, this.#q), cursor };
      const page = await ask(api.GET("/api/conversas", { params: { query } }));
      if (asking !== this.#asking) return;
      this.#next = page.proximo ?? undefined;
      this.more = Boolean(page.proximo);
      this.#merge(page.conversas);
    } catch (refused) {
      if (!(refused instanceof Problem)) throw refused;
    } finally {
      this.#paging = false;
    }
  }

  /** A conversation as an act left it. */
  put(one: Conversa): void {
    this.#merge([one]);
  }

  /** Asks for one that is in no page yet. */
  async fetch(id: number): Promise<void> {
    this.put(await ask(api.GET("/api/conversas/{id}", { params: { path: { id } } })));
  }

  /** What changed, now. */
  hurry(): void {
    void this.#turn?.now();
  }

  async #changes(signal: AbortSignal): Promise<void> {
    const desde = this.#since;
    if (!desde) {
      // The first page is on its way, or did not come.
      if (!this.#loading) await this.load();
      if (this.problem) throw this.problem;
      return;
    }
    let answer;
    try {
      answer = await ask(api.GET("/api/conversas", { params: { query: { desde } }, signal }));
    } catch (refused) {
      // The database was replaced: what is known is of another.
      if (refused instanceof Problem && refused.status === 422) return this.load();
      throw refused;
    }
    if (this.#since !== desde) return;
    if (answer.recarregar) return this.load();
    this.#since = answer.desde;
    if (answer.removidas.length > 0) this.#forget(answer.removidas);
    if (answer.conversas.length > 0) this.#merge(answer.conversas);
  }

  #merge(changed: Conversa[]): void {
    this.#remember(changed);
    this.list = merge(this.list, changed, { filtro: this.#filtro, q: this.#q, keep: this.#open, more: this.more });
  }

  #remember(some: Conversa[]): void {
    this.known = new Map([...this.known, ...some.map((one) => [one.id, one] as const)]);
  }

  #forget(ids: number[]): void {
    this.list = this.list.filter(({ id }) => !ids.includes(id));
    this.known = new Map([...this.known].filter(([id]) => !ids.includes(id)));
  }
}
