/**
 * What this tab keeps of a booking, so that reloading loses nothing. A tablet in a waiting room is used by one person after another: what was
 * written is kept for as long as somebody may come back to it, and no longer.
 */
const STORED = "horario.agendar";
/** Milliseconds since it was last changed. */
export const AGE = 10 * 60_000;

/** What is kept and young enough; what is older is forgotten. In a frame of another site the browser may forbid to keep anything. */
export function stored<T extends object>(now = Date.now()): Partial<T> {
  try {
    const { at, ...kept } = JSON.parse(sessionStorage.getItem(STORED) ?? "{}") as Partial<T> & { at?: number };
    if (typeof at === "number" && Math.abs(now - at) < AGE) return kept as unknown as Partial<T>;
    sessionStorage.removeItem(STORED);
  } catch {
    // There is nothing then.
  }
  return {};
}

export function store(kept: object, now = Date.now()): void {
  try {
    sessionStorage.setItem(STORED, JSON.stringify({ ...kept, at: now }));
  } catch {
    // Nothing is kept then; the page works all the same.
  }
}
