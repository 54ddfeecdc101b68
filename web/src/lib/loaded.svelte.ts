/** Something asked of the API, with its absence and its refusal. */
import { Problem } from "../api/problem";

export class Loaded<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  #ask: () => Promise<T>;
  #turn = 0;

  /** Asks at once, or when `load` is called. */
  constructor(ask: () => Promise<T>, now = true) {
    this.#ask = ask;
    if (now) void this.load();
  }

  /** Asks again; what was there stays until the answer is. An answer that comes after a later question's is dropped. */
  load = async (): Promise<void> => {
    const turn = (this.#turn += 1);
    try {
      const value = await this.#ask();
      if (turn !== this.#turn) return;
      this.value = value;
      this.problem = null;
    } catch (refused) {
      if (!(refused instanceof Problem)) throw refused;
      if (turn === this.#turn) this.problem = refused;
    }
  };
}
