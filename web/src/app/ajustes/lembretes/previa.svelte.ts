/** How the messages read with what is typed, by the server: the texts are those that are sent. */
import { type Shapes, api, ask } from "../../../api/client";
import { Problem } from "../../../api/problem";

/** Milliseconds without another key before it is asked. */
const PAUSE = 350;

export class Previa {
  /** The last that could be shown. */
  shown = $state.raw<Shapes["PreviasOut"] | null>(null);
  problem = $state.raw<Problem | null>(null);
  #turn = 0;

  /** What is wrong with a field, before it is saved. */
  error = (campo: string) => this.problem?.field(campo) ?? "";

  /** Asks after a moment, the first time at once; what it returns takes the question back. */
  ask(body: Shapes["PreviaBody"]): () => void {
    const timer = setTimeout(() => void this.#load(body), this.#turn ? PAUSE : 0);
    return () => clearTimeout(timer);
  }

  async #load(body: Shapes["PreviaBody"]): Promise<void> {
    const turn = (this.#turn += 1);
    try {
      const shown = await ask(api.POST("/api/lembretes/previa", { body }));
      if (turn !== this.#turn) return;
      this.shown = shown;
      this.problem = null;
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      if (turn === this.#turn) this.problem = failed;
    }
  }
}
