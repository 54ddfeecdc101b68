/** What somebody types before it is saved: kept on a refusal, asked about before it is left. */
import { newKey } from "../../api/client";
import { Problem } from "../../api/problem";
import { complain, tell } from "../../ui/toast.svelte";

/** `T` is what is typed; it must be plain data. */
export class Draft<T> {
  value: T = $state()!;
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  #stored = $state("");
  #sent = { text: "", key: "" };

  constructor(stored: T) {
    this.reset(stored);
  }

  get dirty(): boolean {
    return JSON.stringify(this.value) !== this.#stored;
  }

  /** What is stored. */
  get stored(): T {
    return JSON.parse(this.#stored) as T;
  }

  /** Starts again from what is stored, or from something new. */
  reset(stored: T = this.stored): void {
    this.#stored = JSON.stringify(stored);
    this.value = JSON.parse(this.#stored) as T;
    this.problem = null;
  }

  /** What is wrong with a field, or with one inside it. */
  error(campo: string): string {
    const inside = this.problem?.campos.filter((one) => one.campo === campo || one.campo.startsWith(`${campo}[`)) ?? [];
    return inside.map(({ mensagem }) => mensagem).join(" ");
  }

  /**
   * Sends what was typed; whether it was taken. `send` answers what is stored now. The key is the same for as long as the content is: sent
   * again after a broken connection it counts once.
   */
  async save(send: (value: T, key: string) => Promise<T>, done = "Salvo."): Promise<boolean> {
    if (this.busy) return false;
    const text = JSON.stringify(this.value);
    if (this.#sent.text !== text) this.#sent = { text, key: newKey() };
    this.busy = true;
    this.problem = null;
    try {
      const stored = await send(JSON.parse(text) as T, this.#sent.key);
      // What was typed meanwhile is not in it, and stays to be saved.
      if (JSON.stringify(this.value) === text) this.reset(stored);
      else this.#stored = JSON.stringify(stored);
      if (done) tell(done);
      return true;
    } catch (refused) {
      if (!(refused instanceof Problem)) throw refused;
      if (!refused.passing) this.#sent = { text: "", key: "" };
      this.problem = refused;
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** One deed at a time, for buttons without a form: `await deed.run(() => …)`. A refusal is told at the bottom. */
export class Deed {
  /** Which one runs: a name the caller chose. */
  running = $state("");

  async run(name: string, work: () => Promise<unknown>, done = ""): Promise<boolean> {
    if (this.running) return false;
    this.running = name;
    try {
      await work();
      if (done) tell(done);
      return true;
    } catch (refused) {
      complain(refused);
      return false;
    } finally {
      this.running = "";
    }
  }
}
