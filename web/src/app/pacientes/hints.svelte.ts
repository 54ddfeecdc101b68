/** While a new patient is typed in: who is here already with that phone, CPF or name. Several people share a phone, so it only tells. */
import { type Shapes, api, ask } from "../../api/client";
import { Problem } from "../../api/problem";
import { cpfFits, phoneFits } from "./masks";

type Patient = Shapes["PacienteResumo"];

/** Long enough that nobody is asked about half a name, milliseconds. */
const PAUSE = 500;
const MOST = 4;

/** What is worth looking for in what was typed so far. */
export function searches(typed: { nome: string; telefone: string; cpf: string }): string[] {
  const words = typed.nome.trim().split(/\s+/);
  return [
    cpfFits(typed.cpf) ? typed.cpf.replace(/\D/g, "") : "",
    phoneFits(typed.telefone) ? typed.telefone : "",
    words.length > 1 && words.join("").length > 4 ? words.join(" ") : "",
  ].filter(Boolean);
}

export class Hints {
  found = $state.raw<Patient[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;

  look(typed: { nome: string; telefone: string; cpf: string }): void {
    clearTimeout(this.#timer);
    const asked = searches(typed);
    if (asked.length === 0) this.found = [];
    else this.#timer = setTimeout(() => void this.#search(asked), PAUSE);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  async #search(asked: string[]): Promise<void> {
    this.#running?.abort();
    const { signal } = (this.#running = new AbortController());
    try {
      const pages = await Promise.all(asked.map((busca) => ask(api.GET("/api/pacientes", { params: { query: { busca } }, signal }))));
      const all = new Map(pages.flatMap((page) => page.pacientes.slice(0, MOST)).map((one) => [one.id, one]));
      this.found = [...all.values()].slice(0, MOST);
    } catch (refused) {
      // A hint that does not come hinders nobody.
      if (!signal.aborted && !(refused instanceof Problem)) throw refused;
    }
  }
}
