/** A list that comes in pages: asked anew with `load`, longer with `more`. What was shown stays while the answer is on its way. */
import { Problem } from "../api/problem";

export interface Part<T> {
  items: T[];
  proximo?: string | null | undefined;
}

export class Pager<T> {
  items = $state.raw<T[]>([]);
  /** `false` until the first answer. */
  ready = $state(false);
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);
  #next = $state<string | null>(null);
  #running: AbortController | undefined;
  readonly #ask: (cursor: string | undefined, signal: AbortSignal) => Promise<Part<T>>;

  constructor(ask: (cursor: string | undefined, signal: AbortSignal) => Promise<Part<T>>) {
    this.#ask = ask;
  }

  /** Whether there is more to ask for. */
  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** The first page; what was being asked counts no more. */
  load(): Promise<void> {
    return this.#run(undefined, (items) => items);
  }

  /** The next page, behind those that are here. */
  async more(): Promise<void> {
    if (this.#next === null || this.busy) return;
    await this.#run(this.#next, (items) => [...this.items, ...items]);
  }

  /** Changes what is shown without asking: something was done here. */
  set(items: T[]): void {
    this.items = items;
  }

  stop(): void {
    this.#running?.abort();
  }

  async #run(cursor: string | undefined, together: (items: T[]) => T[]): Promise<void> {
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    this.busy = true;
    try {
      const { items, proximo } = await this.#ask(cursor, running.signal);
      if (running.signal.aborted) return;
      this.items = together(items);
      this.#next = proximo ?? null;
      this.problem = null;
      this.ready = true;
    } catch (refused) {
      if (running.signal.aborted) return;
      if (!(refused instanceof Problem)) throw refused;
      this.problem = refused;
    } finally {
      if (this.#running === running) this.busy = false;
    }
  }
}
