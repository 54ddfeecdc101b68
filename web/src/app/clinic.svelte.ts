/** What every page of the app needs to know of the clinic: its settings, who attends, what is offered. Asked once, and again when it changed. */
import { type Shapes, api, ask } from "../api/client";
import { paint } from "../lib/cor";
import { clinicNow } from "../lib/dates";
import { learn } from "../lib/relogio";

/** The clinic's zone and its clocks are kept: `first` asks about today before the clinic is known. */
const CLOCK = "horario.relogio";

let settings = $state<Shapes["ClinicaSettings"] | null>(null);
let logo = $state<string | null>(null);
/** Who attends and who does not any more, by name. */
let everybody = $state.raw<Shapes["Medico"][]>([]);
const medicos = $derived(everybody.filter(({ ativo }) => ativo));
const former = $derived(everybody.filter(({ ativo }) => !ativo));
let servicos = $state.raw<Shapes["Servico"][]>([]);
let convenios = $state.raw<Shapes["Convenio"][]>([]);

/** When who attends was last asked. */
let asked = -Infinity;
/** Milliseconds. */
const FRESH = 4_000;

/** Counts on, so that what depends on the day is looked at again. */
let minute = $state(0);
if (typeof window !== "undefined") setInterval(() => (minute += 1), 60_000);

export const clinic = {
  get settings(): Shapes["ClinicaSettings"] | null {
    return settings;
  },
  /** Where its logo is. */
  get logo(): string | null {
    return logo;
  },
  get zone(): string {
    return settings?.fuso ?? "America/Sao_Paulo";
  },
  /** Today by the clinic's clock; another day begins by itself. */
  get today(): string {
    void minute;
    return clinicNow(this.zone).day;
  },
  /** This moment, milliseconds; it goes on by itself, by the minute. */
  get now(): number {
    void minute;
    return Date.now();
  },
  /** Who attends, by name. */
  get medicos(): Shapes["Medico"][] {
    return medicos;
  },
  /** Who does not attend any more, by name: their visits are still there. */
  get former(): Shapes["Medico"][] {
    return former;
  },
  /** A professional, whether they attend or not. */
  medico(id: number | null | undefined): Shapes["Medico"] | undefined {
    return everybody.find((one) => one.id === id);
  },
  get servicos(): Shapes["Servico"][] {
    return servicos;
  },
  get convenios(): Shapes["Convenio"][] {
    return convenios;
  },

  /** Whether who attends was asked just now. */
  get medicosAreFresh(): boolean {
    return performance.now() - asked < FRESH;
  },

  /** Asks all of it. */
  async load(): Promise<void> {
    await Promise.all([this.loadSettings(), this.loadMedicos(), this.loadServicos(), this.loadConvenios()]);
  },
  async loadSettings(): Promise<void> {
    // The app goes on without its picture, and by the browser's clocks: strangers of the same network can use up what this may be asked.
    const looks = ask(api.GET("/api/publico/clinica")).catch(() => null);
    const [own, face] = await Promise.all([ask(api.GET("/api/clinica")), looks]);
    if (face) {
      const { fuso, relogio } = face;
      learn(fuso, relogio);
      localStorage.setItem(CLOCK, JSON.stringify({ fuso, ...relogio }));
    }
    settings = own;
    logo = face?.logo ?? null;
    paint(own.cor);
  },
  async loadMedicos(): Promise<void> {
    asked = performance.now();
    const { medicos: all } = await ask(api.GET("/api/medicos", { params: { query: { inativos: true } } }));
    // It is asked again and again: what is as it was is not drawn anew.
    if (JSON.stringify(all) !== JSON.stringify(everybody)) everybody = all;
  },
  async loadServicos(): Promise<void> {
    servicos = (await ask(api.GET("/api/servicos"))).servicos;
  },
  async loadConvenios(): Promise<void> {
    convenios = (await ask(api.GET("/api/convenios"))).convenios;
  },
};

