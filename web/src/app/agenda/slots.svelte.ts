/** The times that are free for what a form asks, from the engine itself: what is offered can be booked. */
import { api, ask } from "../../api/client";
import { Problem } from "../../api/problem";
import { nothingFree } from "./nothing";

export interface Asked {
  medico: number;
  day: string;
  duracao: number | null;
  servico: number | null;
  convenio: number | null;
  /** The visit that is being moved, which is in nobody's way. */
  moving?: number;
}

export class Slots {
  times = $state.raw<string[]>([]);
  /** How long the visit is, minutes: the service's own length when none was asked. */
  duracao = $state<number | null>(null);
  /** Why nothing is free, or why it could not be asked. */
  note = $state("");
  loading = $state(false);
  /** Whether they could not be asked. */
  failed = $state(false);
  #turn: AbortController | null = null;

  async load({ medico, day, duracao, servico, convenio, moving }: Asked): Promise<void> {
    this.#turn?.abort();
    const turn = (this.#turn = new AbortController());
    this.loading = true;
    this.note = "";
    const query = {
      medico_id: medico,
      data: day,
      ...(duracao ? { duracao } : {}),
      ...(servico ? { servico_id: servico } : {}),
      ...(convenio ? { convenio_id: convenio } : {}),
      ...(moving ? { exceto: moving } : {}),
    };
    try {
      const answer = await ask(api.GET("/api/horarios-disponiveis", { params: { query }, signal: turn.signal }));
      const found = Array.isArray(answer) ? answer[0] : answer;
      this.failed = false;
      this.times = found?.horarios ?? [];
      this.duracao = found?.duracao ?? null;
      if (this.times.length === 0) this.note = nothingFree(found?.motivo, found?.detalhe);
    } catch (refused) {
      if (turn.signal.aborted) return;
      if (!(refused instanceof Problem)) throw refused;
      this.failed = true;
      this.times = [];
      this.note = refused.words;
    } finally {
      if (!turn.signal.aborted) this.loading = false;
    }
  }
}
