/** Moving a visit by hand: sent at once, shown at once, taken back when the server refuses, with what is free instead. */
import { api, ask } from "../../api/client";
import { type Alternativa, Problem } from "../../api/problem";
import { longDay } from "../../lib/dates";
import { tell } from "../../ui/toast.svelte";
import type { AgendaData } from "./data.svelte";
import type { Appointment } from "./events";

type Place = { data?: string; hora?: string; medico_id?: number; duracao?: number; encaixe?: boolean };

export interface Change {
  visit: Appointment;
  to: Place;
  /** Puts the drawing back. */
  revert: () => void;
}

export interface RefusedMove {
  visit: Appointment;
  to: Place;
  problem: Problem;
}

export class Mover {
  refused = $state<RefusedMove | null>(null);
  #data: AgendaData;

  constructor(data: AgendaData) {
    this.#data = data;
  }

  async move({ visit, to, revert }: Change): Promise<void> {
    try {
      const moved = await this.#send(visit, to);
      const back: Place = { data: visit.data, hora: visit.hora, medico_id: visit.medico_id, duracao: visit.duracao };
      tell(wordsOf(moved, to), { label: "Desfazer", run: () => void this.#undo(moved, back) });
    } catch (problem) {
      revert();
      if (!(problem instanceof Problem)) throw problem;
      this.refused = { visit, to, problem };
      await this.#data.refresh();
    }
  }

  /** One of the times the server named instead. */
  async take({ data, hora, medico_id }: Alternativa): Promise<void> {
    await this.#again({ data, hora, medico_id });
  }

  /** The refused place, as an extra visit. */
  async squeeze(): Promise<void> {
    await this.#again({ ...this.refused?.to, encaixe: true });
  }

  forget(): void {
    this.refused = null;
  }

  async #again(to: Place): Promise<void> {
    const asked = this.refused;
    if (!asked) return;
    const visit = this.#data.visits.find(({ id }) => id === asked.visit.id) ?? asked.visit;
    this.refused = null;
    await this.move({ visit, to: asked.to.duracao ? { duracao: asked.to.duracao, ...to } : to, revert: () => undefined });
  }

  async #undo(visit: Appointment, to: Place): Promise<void> {
    try {
      await this.#send(visit, to);
      tell("Desfeito.");
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.refused = { visit, to, problem };
    }
  }

  async #send(visit: Appointment, to: Place): Promise<Appointment> {
    const moved = await ask(
      api.PATCH("/api/agendamentos/{id}", { params: { path: { id: visit.id } }, body: { ...to, versao: visit.versao } }),
    );
    this.#data.put(moved);
    return moved;
  }
}

function wordsOf({ paciente_nome, data, hora, duracao }: Appointment, to: Place): string {
  if (to.duracao && !to.hora) return `${paciente_nome}: ${duracao} min.`;
  return `${paciente_nome}: ${longDay(data)}, ${hora}.`;
}
