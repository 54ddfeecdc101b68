/** The free times of two weeks, of whom was asked for; looked up as the patient turns the pages, and kept. */
import { api, ask } from "../api/client";
import { Problem } from "../api/problem";
import { addDays, clinicNow, weekStart } from "../lib/dates";
import type { Booking } from "./booking.svelte";
import { type Day, ends } from "./times";

/** Days of a page. */
export const SPAN = 14;
/** Pages that are looked through for the first free time. */
const AHEAD = 5;

export class Days {
  readonly today: string;
  from = $state("");
  days = $state.raw<Day[] | null>(null);
  problem = $state<Problem | null>(null);
  /** Beyond this page the clinic opens nothing. */
  last = $state(false);
  #booking: Booking;
  #pages = new Map<string, Day[]>();
  #turn = 0;

  constructor(booking: Booking) {
    this.#booking = booking;
    this.today = clinicNow(booking.offer.clinica.fuso).day;
    this.from = weekStart(this.today);
  }

  /** Shows the first page from `day` on that has something free; the page of `day` when none has. */
  async open(day: string): Promise<void> {
    const first = weekStart(day < this.today ? this.today : day);
    const turn = (this.#turn += 1);
    this.days = null;
    this.problem = null;
    try {
      let from = first;
      for (let page = 0; page < AHEAD; page += 1) {
        const days = await this.#ask(from);
        if (turn !== this.#turn) return;
        if (days.some(({ total }) => total > 0)) return this.#show(from, days);
        if (ends(days)) break;
        from = addDays(from, SPAN);
      }
      this.#show(first, await this.#ask(first));
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      if (turn === this.#turn) this.problem = failed;
    }
  }

  async turn(by: 1 | -1): Promise<void> {
    const turn = (this.#turn += 1);
    const from = addDays(this.from, by * SPAN);
    this.problem = null;
    try {
      const days = await this.#ask(from);
      if (turn === this.#turn) this.#show(from, days);
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
      this.problem = failed;
    }
  }

  /** Whether something is free on a page before the one that is shown. */
  get freeBefore(): boolean {
    return [...this.#pages].some(([from, days]) => from < this.from && days.some(({ total }) => total > 0));
  }

  /** What was known may be wrong now. */
  forget(): void {
    this.#pages.clear();
  }

  #show(from: string, days: Day[]): void {
    this.from = from;
    this.days = days;
    this.last = ends(days);
  }

  async #ask(from: string): Promise<Day[]> {
    const known = this.#pages.get(from);
    if (known) return known;
    const data = from < this.today ? this.today : from;
    const days = await asked(this.#booking, data, addDays(from, SPAN - 1));
    this.#pages.set(from, days);
    return days;
  }
}

/** The free times from one day to another. */
export async function asked(booking: Booking, data: string, ate: string): Promise<Day[]> {
  const { medico, convenio } = booking;
  const query = {
    servico_id: booking.kept.servico!,
    data,
    ate,
    ...(medico ? { medico_id: medico } : {}),
    ...(convenio ? { convenio_id: convenio } : {}),
  };
  const answer = await ask(api.GET("/api/publico/horarios-disponiveis", { params: { query } }));
  return Array.isArray(answer) ? answer : [answer];
}
