/** A visit's notes while somebody types them: what others wrote meanwhile is neither lost nor does it take away what is typed. */
import { api, ask } from "../../api/client";
import { Problem } from "../../api/problem";
import type { Appointment } from "./events";

interface Kept {
  id: number;
  notes: string;
  versao: number;
}
type Of = Pick<Appointment, "id" | "versao" | "observacoes">;

const keptOf = ({ id, observacoes, versao }: Of): Kept => ({ id, notes: observacoes ?? "", versao });
/** Others may change the visit between a refusal and the next try, but not for ever. */
const TRIES = 3;

export class Notes {
  text = $state("");
  /** What the text was typed over. */
  #over = $state.raw<Kept>({ id: -1, notes: "", versao: 0 });
  /** What is kept now, as far as is known here. */
  #now = $state.raw<Kept>({ id: -1, notes: "", versao: 0 });

  /** Whether something is typed that is not kept. */
  get changed(): boolean {
    const typed = this.text.trim();
    return typed !== this.#over.notes && typed !== this.#now.notes;
  }

  /** What somebody else keeps there since, when both wrote: a person has to choose. */
  get theirs(): string | null {
    return this.changed && this.#now.notes !== this.#over.notes ? this.#now.notes : null;
  }

  /** The newest of the visit; what is being typed stays. */
  follow(visit: Of): void {
    const now = keptOf(visit);
    // An older answer, overtaken by another.
    if (now.id === this.#now.id && now.versao < this.#now.versao) return;
    const typing = now.id === this.#over.id && this.changed;
    this.#now = now;
    if (!typing) this.text = now.notes;
    if (!typing || now.notes === this.#over.notes || now.notes === this.text.trim()) this.#over = now;
  }

  /** Keeps what is typed; `null` when somebody has to choose first. */
  async keep(): Promise<Appointment | null> {
    const { id } = this.#over;
    const path = { params: { path: { id } } };
    for (let tries = 1; ; tries += 1) {
      if (this.theirs !== null) return null;
      const text = this.text.trim();
      try {
        const kept = await ask(api.PATCH("/api/agendamentos/{id}", { ...path, body: { observacoes: text || null, versao: this.#over.versao } }));
        this.#over = this.#now = keptOf(kept);
        return kept;
      } catch (refused) {
        if (!(refused instanceof Problem) || refused.codigo !== "versao_desatualizada" || tries === TRIES) throw refused;
        const visit = await ask(api.GET("/api/agendamentos/{id}", path));
        this.follow(visit);
        // They wrote the same.
        if (!this.changed) return visit;
      }
    }
  }

  /** What is typed shall stand, over what others wrote. */
  takeMine(): void {
    this.#over = this.#now;
  }

  /** What others wrote stands; answers what was typed. */
  takeTheirs(): string {
    const typed = this.text;
    this.#over = this.#now;
    this.text = this.#now.notes;
    return typed;
  }

  /** Both, one under the other, to be looked at before they are kept. */
  takeBoth(): void {
    this.text = [this.#now.notes, this.text.trim()].filter(Boolean).join("\n");
    this.#over = this.#now;
  }
}
