/** The connection as it lives: asked calmly, eagerly while it is being made; codes are renewed while somebody looks for their phone. */
import { api, ask } from "../../api/client";
import { Problem } from "../../api/problem";
import { type Whatsapp, isOpen } from "./line";

const CALM = 10_000;
const EAGER = 2_500;
/** How often a code is asked for anew by itself: about ten minutes. */
const MOST_CODES = 12;

export class Line {
  shown = $state.raw<Whatsapp | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Somebody is connecting here. */
  connecting = $state(false);
  /** The number a code to type was asked for. */
  number = $state("");
  busy = $state<"conectar" | "desconectar" | "">("");
  /** Somebody waits for something else too. */
  watched = $state(false);

  #codes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;
  #failures = 0;

  start(): () => void {
    const seen = () => (document.hidden ? clearTimeout(this.#timer) : void this.load());
    document.addEventListener("visibilitychange", seen);
    window.addEventListener("online", seen);
    void this.load();
    return () => {
      this.#over = true;
      clearTimeout(this.#timer);
      document.removeEventListener("visibilitychange", seen);
      window.removeEventListener("online", seen);
    };
  }

  /** What it is now; and the next look. */
  async load(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const shown = await ask(api.GET("/api/whatsapp"));
      // Whoever connects or disconnects meanwhile knows better.
      if (!this.busy) this.#show(shown);
      this.#failures = 0;
    } catch (refused) {
      if (!(refused instanceof Problem)) throw refused;
      this.#failures = Math.min(this.#failures + 1, 4);
      if (!this.shown) this.problem = refused;
    }
    this.#plan();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (this.#over || document.hidden) return;
    const eager = this.connecting || this.watched || Boolean(this.shown?.codigo) || this.shown?.situacao === "conectando";
    this.#timer = setTimeout(() => void this.load(), (eager ? EAGER : CALM) * 2 ** this.#failures);
  }

  #show(shown: Whatsapp): void {
    this.shown = shown;
    this.problem = null;
    if (isOpen(shown.situacao) || shown.situacao === "sem_linha") this.#stop();
  }

  #stop(): void {
    this.connecting = false;
    this.number = "";
    this.#codes = 0;
  }

  /** Begins, with a code to scan or, with a number, one to type. A refusal is the caller's to show. */
  async connect(number = ""): Promise<void> {
    this.#codes = 0;
    this.number = number;
    await this.#ask();
  }

  async #ask(): Promise<void> {
    this.connecting = true;
    this.busy = "conectar";
    this.#codes += 1;
    try {
      const shown = await ask(api.POST("/api/whatsapp/conexao", { body: this.number ? { numero: this.number } : {} }));
      this.#show(shown);
    } catch (refused) {
      this.#stop();
      throw refused;
    } finally {
      this.busy = "";
      this.#plan();
    }
  }

  /** The code is over: the next one, for as long as somebody may be looking for the phone. A typed one rings: it is asked for again by hand. */
  async renew(): Promise<void> {
    if (this.busy || !this.shown) return;
    this.shown = { ...this.shown, codigo: null };
    if (!this.connecting || this.number || this.#codes >= MOST_CODES) {
      this.#stop();
      return this.load();
    }
    await this.#ask();
  }

  async disconnect(): Promise<void> {
    this.busy = "desconectar";
    try {
      this.#show(await ask(api.POST("/api/whatsapp/desconexao")));
      this.#stop();
    } finally {
      this.busy = "";
      this.#plan();
    }
  }
}
