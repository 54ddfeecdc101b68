/** One report of a period, and the sums of the period it is compared with. */
import { Problem } from "../../api/problem";
import type { Period } from "./period";

export interface Question extends Period {
  medico_id: number | null;
}

/** The report itself: the same address also answers with a table as text, which is not asked for here. */
export function json<T>(asked: Promise<T>): Promise<Exclude<T, string>> {
  return asked as Promise<Exclude<T, string>>;
}

let line: Promise<unknown> = Promise.resolve();

/** One after the other: of a clinic the server answers one question that reads much at a time, and refuses who asks all at once. */
function inLine<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const mine = line.then(() => {
    signal.throwIfAborted();
    return ask();
  });
  line = mine.catch(() => undefined);
  return mine;
}

export class Report<T extends { total: unknown }> {
  now = $state.raw<T | null>(null);
  before = $state.raw<T["total"] | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  #running: AbortController | undefined;
  readonly #ask: (question: Question, por: string, signal: AbortSignal) => Promise<T>;

  constructor(ask: (question: Question, por: string, signal: AbortSignal) => Promise<T>) {
    this.#ask = ask;
  }

  /** What is shown stays until the answer is there. */
  async load(question: Question, compared: Period, por: string): Promise<void> {
    this.#running?.abort();
    const { signal } = (this.#running = new AbortController());
    this.busy = true;
    try {
      const asked = (one: Question) => inLine(() => this.#ask(one, por, signal), signal);
      const [now, then] = await Promise.all([asked(question), asked({ ...question, ...compared })]);
      if (signal.aborted) return;
      this.now = now;
      this.before = then.total;
      this.problem = null;
    } catch (refused) {
      if (signal.aborted) return;
      if (!(refused instanceof Problem)) throw refused;
      this.problem = refused;
    } finally {
      if (this.#running?.signal === signal) this.busy = false;
    }
  }

  stop(): void {
    this.#running?.abort();
  }
}
