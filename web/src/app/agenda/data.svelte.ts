/** What the agenda shows of a stretch of days, kept fresh while the page is open. */
import { type Shapes, api, ask, askIfChanged } from "../../api/client";
import { Problem } from "../../api/problem";
import { type Poll, poll } from "../../lib/poll.svelte";
import { clinic } from "../clinic.svelte";
import type { Appointment, Block, Holiday, Hours } from "./events";
import { sameOnes } from "./kept";

/** How soon others' changes are seen, milliseconds. */
const EVERY = 5_000;
/** Hours and holidays change seldom, milliseconds. */
const HOURS_EVERY = 300_000;
/** Of one answer. */
const PAGE = 200;

interface Query {
  de: string;
  ate: string;
  limite: number;
  medico_id?: number;
}

interface Span {
  from: string;
  to: string;
}

export class AgendaData {
  visits = $state.raw<Appointment[]>([]);
  blocks = $state.raw<Block[]>([]);
  holidays = $state.raw<Holiday[]>([]);
  hours = $state.raw<Hours[]>([]);
  /** Nothing was shown yet of this stretch. */
  loading = $state(true);
  problem = $state<Problem | null>(null);
  /** Whether these days were seen once: what fails then leaves them standing. */
  known = $state(false);

  #span: Span | null = null;
  /** Of one professional, or of all that may be seen. */
  #medico: number | null = null;
  #etag: string | null = null;
  #blocksEtag: string | null = null;
  /** The mark of the visits since which the blocks were asked for: both count the same changes, so while it stands the blocks do. */
  #blocksSince: string | null = null;
  #poll: Poll | null = null;
  /** Grows with what is put in place: an answer asked for before is older than it. */
  #puts = 0;
  #years = new Map<string, Holiday[]>();
  #known = new Map<string, { at: number; hours: Hours[] }>();

  /** Shows these days; what was of others is gone at once. */
  show(span: Span, medico: number | null): void {
    if (this.#span?.from === span.from && this.#span.to === span.to && this.#medico === medico) return;
    this.#span = span;
    this.#medico = medico;
    this.#etag = this.#blocksEtag = this.#blocksSince = null;
    this.visits = [];
    this.blocks = [];
    this.hours = [];
    this.loading = true;
    this.known = false;
    this.problem = null;
    this.#poll?.stop();
    this.#poll = poll((signal) => this.#turn(span, medico, signal), EVERY);
    void this.#loadHolidays(span);
  }

  stop(): void {
    this.#poll?.stop();
  }

  /** Asks now. */
  async refresh(): Promise<void> {
    await this.#poll?.now();
  }

  /** Puts what the server answered to a change in place before the next turn tells it. */
  put(visit: Appointment): void {
    const span = this.#span;
    const others = this.visits.filter(({ id }) => id !== visit.id);
    const shown = span && visit.data >= span.from && visit.data <= span.to && (this.#medico === null || this.#medico === visit.medico_id);
    this.visits = shown ? [...others, visit] : others;
    this.#puts += 1;
    this.#etag = null;
  }

  async #turn(span: Span, medico_id: number | null, signal: AbortSignal): Promise<void> {
    try {
      await this.#load(span, medico_id, signal);
      if (signal.aborted) return;
      this.problem = null;
      this.loading = false;
      this.known = true;
    } catch (failed) {
      if (signal.aborted) return;
      if (!(failed instanceof Problem)) throw failed;
      this.problem = failed;
      this.loading = false;
      throw failed;
    }
  }

  /** One question while nothing changes. */
  async #load(span: Span, medico_id: number | null, signal: AbortSignal): Promise<void> {
    const before = this.#etag;
    const settled = before !== null && before === this.#blocksSince;
    const visits = this.#loadVisits(span, medico_id, signal);
    if (settled) await visits;
    // The hours too, although they are an ornament: what is drawn would move when they come.
    const hours = this.#loadHours(span, signal);
    const unchanged = settled && this.#etag === before;
    await Promise.all([visits, unchanged ? null : this.#loadBlocks(span, signal), hours]);
    // Blocks asked for beside a change may be older than it: then they are asked for once more.
    if (!signal.aborted) this.#blocksSince = settled || before === this.#etag ? this.#etag : null;
  }

  async #loadVisits({ from, to }: Span, medico_id: number | null, signal: AbortSignal): Promise<void> {
    const query = { de: from, ate: to, limite: PAGE, ...(medico_id === null ? {} : { medico_id }) };
    let puts: number;
    let visits: Appointment[];
    let etag: string | null;
    do {
      puts = this.#puts;
      const answer = await this.#askVisits(query, signal);
      if (!answer) return;
      ({ visits, etag } = answer);
      if (signal.aborted) return;
      // Something was put in place meanwhile, which this answer does not know of.
    } while (puts !== this.#puts);
    this.visits = sameOnes(this.visits, visits);
    this.#etag = etag;
    if (!clinic.medicosAreFresh) void this.#loadMedicos();
  }

  /** Every page of the visits; `null` when they are as they were. */
  async #askVisits(query: Query, signal: AbortSignal): Promise<{ visits: Appointment[]; etag: string | null } | null> {
    const first = await askIfChanged(this.#etag, (headers) => api.GET("/api/agendamentos", { params: { query }, headers, signal }));
    if (!first) return null;
    const visits = [...first.data.agendamentos];
    let cursor = first.data.proximo;
    while (cursor) {
      const next: Shapes["AgendamentosOut"] = await ask(api.GET("/api/agendamentos", { params: { query: { ...query, cursor } }, signal }));
      visits.push(...next.agendamentos);
      cursor = next.proximo;
    }
    return { visits, etag: first.etag };
  }

  /** Who came or left changes the mark of the visits: only then it is worth asking. Nothing waits for it. */
  async #loadMedicos(): Promise<void> {
    const before = clinic.medicos;
    try {
      await clinic.loadMedicos();
    } catch (failed) {
      if (!(failed instanceof Problem)) throw failed;
    }
    // The hours of who is new are not known.
    if (clinic.medicos !== before) this.#known.clear();
  }

  async #loadBlocks({ from, to }: Span, signal: AbortSignal): Promise<void> {
    const query = { de: from, ate: to };
    const news = await askIfChanged(this.#blocksEtag, (headers) => api.GET("/api/bloqueios", { params: { query }, headers, signal }));
    if (!news || signal.aborted) return;
    this.blocks = sameOnes(this.blocks, news.data.bloqueios);
    this.#blocksEtag = news.etag;
  }

  async #loadHolidays(span: Span): Promise<void> {
    const { from, to } = span;
    const years = [...new Set([from.slice(0, 4), to.slice(0, 4)])];
    try {
      for (const ano of years)
        if (!this.#years.has(ano))
          this.#years.set(ano, (await ask(api.GET("/api/feriados", { params: { query: { ano: Number(ano) } } }))).feriados);
      if (this.#span !== span) return;
      this.holidays = years.flatMap((ano) => this.#years.get(ano) ?? []).filter(({ dia }) => dia >= from && dia <= to);
    } catch (failed) {
      // Holidays are an ornament here: the engine knows them anyway.
      if (!(failed instanceof Problem)) throw failed;
    }
  }

  /** When everybody attends, asked for once and remembered for a while. */
  async #loadHours(span: Span, signal: AbortSignal): Promise<void> {
    const key = `${span.from} ${span.to}`;
    const known = this.#known.get(key);
    try {
      if (!known || known.at < Date.now() - HOURS_EVERY) {
        const query = { de: span.from, ate: span.to };
        const { expedientes } = await ask(api.GET("/api/expedientes", { params: { query }, signal }));
        const hours = expedientes.map(({ medico_id, data, periodos }) => ({ medico: medico_id, day: data, periods: periodos as [string, string][] }));
        this.#known.set(key, { at: Date.now(), hours });
      }
    } catch (failed) {
      // Without them the agenda is only less shaded.
      if (!(failed instanceof Problem)) throw failed;
    }
    const hours = this.#known.get(key)?.hours ?? [];
    if (!signal.aborted && this.hours !== hours) this.hours = hours;
  }
}
