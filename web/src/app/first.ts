/**
 * Asks what every visit needs before the app's code is there: both are on their way at once, and `api/client` takes the answers. It imports
 * nothing, or it would wait for that. Nobody misses it where it does not run.
 */
import type { Early } from "../api/client";

/** As `api/session` keeps it: whether it is worth asking. */
const ENTERED = "horario.entrou";
/** As `clinic` keeps it. */
const ZONE = "horario.fuso";
/** As `api/client` has it, milliseconds. */
const LIMIT = 20_000;

const paths = ["auth/me", "clinica", "publico/clinica", "medicos?inativos=true", "servicos", "convenios"];
const zone = localStorage.getItem(ZONE);
if (zone && /^\/app(\/(agenda)?)?$/.test(location.pathname)) paths.push(...agenda(zone));

if (localStorage.getItem(ENTERED)) {
  const early: Early = (globalThis.early = new Map());
  for (const path of paths) {
    const asked = fetch(`/api/${path}`, { cache: "no-store", headers: { accept: "application/json" }, signal: AbortSignal.timeout(LIMIT) });
    // Whoever takes it hears of it.
    asked.catch(() => undefined);
    early.set(`/api/${path}`, { at: performance.now(), answer: asked });
  }
}

/** What a day of the agenda asks; other views have to know more before they ask. */
function agenda(timeZone: string): string[] {
  const query = new URLSearchParams(location.search);
  const view = query.get("ver") ?? "dia";
  if (view !== "dia" && view !== "lista") return [];
  // Swedes write dates as the API does.
  const day = query.get("dia") ?? new Intl.DateTimeFormat("sv-SE", { timeZone }).format();
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return [];
  const span = `de=${day}&ate=${day}`;
  return [`agendamentos?${span}&limite=200`, `bloqueios?${span}`, `expedientes?${span}`, `feriados?ano=${day.slice(0, 4)}`];
}
