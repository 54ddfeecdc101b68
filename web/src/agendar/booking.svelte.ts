/** What the patient has answered so far, and the time that is kept for them. Kept in this tab for ten minutes: reloading loses nothing. */
import { type Shapes, api, ask } from "../api/client";
import { Problem } from "../api/problem";
import { go, router } from "../lib/router.svelte";
import { AGE, store, stored } from "./keeping";
import type { Offer } from "./offer";
import { type Step, after, reach, steps } from "./steps";
import type { Time } from "./times";

/** How long a time is kept at first, and once a code was sent; milliseconds. */
const AT_FIRST = 5 * 60_000;
const WITH_CODE = 10 * 60_000;

interface Kept {
  servico: number | null;
  convenio: number | null;
  medico: number | null;
  time: Time | null;
  token: string | null;
  /** Until when the time is kept, by this device's clock. */
  until: number;
  nome: string;
  telefone: string;
  motivo: string;
  /** Whom the last code went to, and when. */
  sentTo: string;
  sentAt: number;
  done: (Shapes["MarcadoOut"] & { duracao: number }) | null;
}
const NOTHING: Kept = {
  servico: null,
  convenio: null,
  medico: null,
  time: null,
  token: null,
  until: 0,
  nome: "",
  telefone: "",
  motivo: "",
  sentTo: "",
  sentAt: 0,
  done: null,
};

/** An instant of the server by this device's clock, which may be wrong: what the server's own says is left is what counts. */
function here(instant: string, response: Response, most: number): number {
  const there = Date.parse(response.headers.get("date") ?? "") || Date.now();
  return Date.now() + Math.min(Date.parse(instant) - there, most);
}

export class Booking {
  readonly offer: Offer;
  kept: Kept = $state({ ...NOTHING });
  /** What was wrong with keeping a time, with others that are free. */
  refused = $state<Problem | null>(null);

  /** Entries of the history since the page was loaded. */
  #moves = 0;
  /** When something was last answered. */
  #at = Date.now();

  constructor(offer: Offer) {
    this.offer = offer;
    const before = { ...NOTHING, ...stored<Kept>() };
    const known = before.servico === null || offer.servicos.some(({ id }) => id === before.servico);
    this.kept = known ? before : { ...NOTHING };
    if (this.kept.done && !router.query.has("passo")) this.kept = { ...NOTHING };
    if (offer.servicos.length === 1) this.kept.servico = offer.servicos[0]!.id;
  }

  get servico() {
    return this.offer.servicos.find(({ id }) => id === this.kept.servico) ?? null;
  }
  /** The professional that was asked for; `null` when it is whoever is free. */
  get medico(): number | null {
    const only = this.servico?.medicos.length === 1 ? this.servico.medicos[0]! : null;
    return only ?? (this.kept.medico || null);
  }
  get convenio(): number | null {
    return this.kept.convenio || null;
  }
  get steps(): Step[] {
    return steps(this.offer, this.kept.servico);
  }
  get step(): Step {
    return reach(router.query.get("passo"), this.steps, {
      servico: this.kept.servico,
      convenio: this.kept.convenio,
      medico: this.medico ?? this.kept.medico,
      token: this.kept.token,
      enviado: this.kept.sentTo !== "",
      pronto: this.kept.done !== null,
    });
  }

  medicoNome(id: number | null): string {
    return this.offer.medicos.find((medico) => medico.id === id)?.nome ?? "";
  }

  save(): void {
    this.#at = Date.now();
    store(this.kept);
  }

  goto(step: Step, replace = false): void {
    if (!replace) this.#moves += 1;
    const url = new URL(location.href);
    url.searchParams.set("passo", step);
    void go(url.href, { replace });
  }

  /** To the question before: through the history while it is ours, so that the browser's own button and this one agree. */
  back(): void {
    if (this.#moves > 0) {
      this.#moves -= 1;
      history.back();
    } else this.goto(this.steps[this.steps.indexOf(this.step) - 1] ?? this.steps[0]!, true);
  }

  /** Answers the question at hand and goes to the next. What depends on it is asked again. */
  answer(changes: Partial<Pick<Kept, "servico" | "convenio" | "medico">>): void {
    const from = this.step;
    Object.assign(this.kept, changes);
    if (this.servico && this.kept.medico && !this.servico.medicos.includes(this.kept.medico)) this.kept.medico = null;
    this.refused = null;
    this.save();
    this.goto(after(from, this.steps));
  }

  /** Keeps a time; `false` when it was taken, and `refused` says what else is free. */
  async keep(time: Time): Promise<boolean> {
    const { servico, token } = this.kept;
    this.refused = null;
    const asked = {
      servico_id: servico!,
      medico_id: time.medico_id,
      convenio_id: this.convenio,
      data: time.data,
      hora: time.hora,
      ...(token ? { token } : {}),
    };
    const { data, error, response } = await api.POST("/api/publico/reservas", { body: asked });
    if (!data) {
      const retry = Number(response.headers.get("retry-after")) || 0;
      const problem = new Problem({ ...(error as object), status: response.status }, retry);
      if (problem.alternativas.length === 0 && problem.status !== 409) throw problem;
      this.refused = problem;
      return false;
    }
    const until = here(data.expira_em, response, AT_FIRST);
    Object.assign(this.kept, { time, token: data.token, until, sentTo: "", sentAt: 0 });
    this.save();
    return true;
  }

  /** Whom a code goes to, and what the clinic is told with it, as one text. */
  get addressee(): string {
    return `${this.kept.nome.trim()} ${this.kept.telefone.replace(/\D/g, "")} ${this.kept.motivo.trim()}`;
  }

  async sendCode(): Promise<void> {
    const { token, nome, telefone, motivo } = this.kept;
    const body = { nome: nome.trim(), telefone: telefone.trim(), motivo: motivo.trim() || null };
    const sent = api.POST("/api/publico/reservas/{token}/codigo", { params: { path: { token: token! } }, body });
    const { expira_em } = await ask(sent);
    const until = here(expira_em, (await sent).response, WITH_CODE);
    Object.assign(this.kept, { sentTo: this.addressee, sentAt: Date.now(), until });
    this.save();
  }

  async finish(codigo: string): Promise<void> {
    const path = { token: this.kept.token! };
    const made = await ask(api.POST("/api/publico/reservas/{token}/agendamento", { params: { path }, body: { codigo } }));
    // Who they are is told to the clinic now, and to nobody who takes the tablet after them.
    this.kept = { ...NOTHING, done: { ...made, duracao: this.servico?.duracao_minutos ?? 30 } };
    this.save();
    this.goto("pronto", true);
  }

  /** Forgets who somebody is; what they chose stays. */
  forget(): void {
    Object.assign(this.kept, { nome: "", telefone: "", motivo: "" });
    this.save();
  }

  /** The time is kept no more, whatever the clock here says. */
  expire(): void {
    this.kept.until = 0;
    this.save();
  }

  /** Whether a refusal says that the time is kept no more: then it may be chosen again, or another of those that are free. */
  lost(problem: Problem): boolean {
    if (problem.codigo === "reserva_vencida" || problem.status === 404) this.expire();
    else if (problem.alternativas.length > 0) {
      this.refused = problem;
      this.goto("horario");
    } else return false;
    return true;
  }

  /** Whether somebody wrote something here and left it. */
  get left(): boolean {
    const { nome, telefone, motivo, done } = this.kept;
    return Date.now() - this.#at >= AGE && (done !== null || `${nome}${telefone}${motivo}` !== "");
  }

  /** Another booking, from the beginning. */
  again(): void {
    this.kept = { ...NOTHING };
    if (this.offer.servicos.length === 1) this.kept.servico = this.offer.servicos[0]!.id;
    this.save();
    const url = new URL(location.href);
    url.searchParams.delete("passo");
    void go(url.href);
  }
}
