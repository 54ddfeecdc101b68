/**
 * What those who wait were offered last. The line comes without it, so it is asked for each place that is in sight, a few at a time, and
 * again when it may have changed.
 */
import { SvelteMap } from "svelte/reactivity";
import { type Shapes, api, ask } from "../../api/client";
import { Problem } from "../../api/problem";

export type Offer = NonNullable<Shapes["EsperaOut"]["oferta"]>;

/** What is about to be scrolled into sight is asked for before. */
const NEAR = "50% 0px";
const AT_ONCE = 4;
/** After this an answer is asked again, milliseconds. */
const FRESH = 120_000;

export class Offers {
  readonly known = new SvelteMap<number, Offer | null>();
  readonly #asked = new Map<number, number>();
  readonly #seen = new Set<number>();
  #waiting: number[] = [];
  #running = 0;
  #ended = new AbortController();

  /** For `{@attach}`: a place asks for itself when it comes into sight. */
  watch(id: number): (node: Element) => () => void {
    return (node) => {
      const observer = new IntersectionObserver(
        (entries) => {
          if (entries.some((entry) => entry.isIntersecting)) {
            this.#seen.add(id);
            this.#want(id);
          } else this.#seen.delete(id);
        },
        { rootMargin: NEAR },
      );
      observer.observe(node);
      return () => {
        observer.disconnect();
        this.#seen.delete(id);
      };
    };
  }

  /** Asks again for what is in sight and no longer fresh. */
  refresh(): void {
    for (const id of this.#seen) this.#want(id);
  }

  /** Something about it was answered here. */
  put(id: number, offer: Offer | null): void {
    this.known.set(id, offer);
    this.#asked.set(id, Date.now());
  }

  stop(): void {
    this.#ended.abort();
  }

  #want(id: number): void {
    const offer = this.known.get(id);
    const over = offer?.estado === "aberta" && Date.parse(offer.ate) < Date.now();
    const age = Date.now() - (this.#asked.get(id) ?? 0);
    if ((age < FRESH && !over) || this.#waiting.includes(id)) return;
    this.#asked.set(id, Date.now());
    this.#waiting.push(id);
    this.#next();
  }

  #next(): void {
    while (this.#running < AT_ONCE && !this.#ended.signal.aborted) {
      const id = this.#waiting.shift();
      if (id === undefined) return;
      this.#running += 1;
      void this.#ask(id).finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }

  async #ask(id: number): Promise<void> {
    try {
      const entry = await ask(api.GET("/api/lista-espera/{id}", { params: { path: { id } }, signal: this.#ended.signal }));
      this.known.set(id, entry.oferta ?? null);
    } catch (refused) {
      if (this.#ended.signal.aborted) return;
      if (!(refused instanceof Problem)) throw refused;
      // Asked again with the next look.
      this.#asked.delete(id);
    }
  }
}
