/** A list that comes page by page: the first for what is asked, more when it is wanted. */
import { Problem } from "../api/problem";

interface Answer<T> {
  items: T[];
  next: string | null | undefined;
}

export class List<T> {
  /** `null` until the first page is there. */
  items = $state.raw<T[] | null>(null);
  problem = $state<Problem | null>(null);
  busy = $state(false);
  next = $state<string | null>(null);
  #page: (cursor: string | undefined) => Promise<Answer<T>>;
  #turn = 0;

  constructor(page: (cursor: string | undefined) => Promise<Answer<T>>) {
    this.#page = page;
  }

  /** From the beginning; what is shown stays until the answer comes. */
  async load(): Promise<void> {
    await this.#ask(undefined, () => []);
  }

  async more(): Promise<void> {
    if (this.next && !this.busy) await this.#ask(this.next, () => this.items ?? []);
  }

  async #ask(cursor: string | undefined, before: () => T[]): Promise<void> {
    const turn = (this.#turn += 1);
    this.busy = true;
    this.problem = null;
    try {
      const { items, next } = await this.#page(cursor);
      if (turn !== this.#turn) return;
      this.items = [...before(), ...items];
      this.next = next ?? null;
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      if (turn === this.#turn) this.problem = failed;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}

/** One thing that is loaded, and again when it changed. */
export class One<T> {
  value = $state.raw<T | null>(null);
  problem = $state<Problem | null>(null);
  #ask: () => Promise<T>;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  async load(): Promise<void> {
    this.problem = null;
    try {
      this.value = await this.#ask();
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      this.problem = failed;
    }
  }
}
