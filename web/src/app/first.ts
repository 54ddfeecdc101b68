/**
 * Asks what every visit needs before the app's code is there: both are on their way at once, and `api/client` takes the answers. They are one
 * answer of the API: a phone waits for each, and it is told who is there and what they may see by the same session. It imports nothing, or it would wait for that. Nobody misses it where it does not run.
 */
import type { Early, Shapes } from "../api/client";

type Opening = Shapes["AberturaOut"];
type Clock = Shapes["Relogio"] & { fuso: string };

/** As `api/session` keeps it: whether it is worth asking. */
const ENTERED = "horario.entrou";
/** As `clinic` keeps it. */
const CLOCK = "horario.relogio";
/** As `api/client` has it, milliseconds. */
const LIMIT = 20_000;

/** Refusals of the whole that are each part's too: nobody is in, the clinic is suspended, too much was asked. */
const OF_ALL = [401, 402, 429];
/** Who is in a suspended clinic is told all the same. */
const WHO = "auth/me";

/** What `/api/abertura` answers, all at once. */
const parts = [WHO, "clinica", "publico/clinica", "medicos?inativos=true", "servicos", "convenios"];
const clock = JSON.parse(localStorage.getItem(CLOCK) ?? "null") as Clock | null;
const day = clock && /^\/app(\/(agenda)?)?$/.test(location.pathname) ? shownDay(clock) : null;

// A phone that shows the columns needs the calendar as early as a wide screen does.
if (day && new URLSearchParams(location.search).get("ver") === "dia") {
  for (const link of document.querySelectorAll<HTMLLinkElement>("link[data-larga]")) link.media = "all";
}

if (localStorage.getItem(ENTERED)) {
  const early: Early = (globalThis.early = new Map());
  const at = performance.now();
  const expect = (path: string, answer: Promise<Response>) => {
    // Whoever takes it hears of it.
    answer.catch(() => undefined);
    early.set(`/api/${path}`, { at, answer });
  };
  const ask = (path: string) => fetch(path, { cache: "no-store", headers: { accept: "application/json" }, signal: AbortSignal.timeout(LIMIT) });
  const whole = ask(`/api/abertura${day ? `?dia=${day}` : ""}`).then(async (answer) => ({ answer, opening: answer.ok ? ((await answer.json()) as Opening) : null }));
  const isOfAll = (path: string, status: number) => OF_ALL.includes(status) && !(path === WHO && status === 402);
  for (const path of [...parts, ...(day ? agenda(day) : [])]) {
    expect(path, whole.then(({ answer, opening }) => part(opening, `/api/${path}`) ?? (isOfAll(path, answer.status) ? answer.clone() : ask(`/api/${path}`))));
  }
}

/** An answer of those that came together, as if it had come alone. */
function part(opening: Opening | null, path: string): Response | undefined {
  const found = opening?.respostas[path];
  return found && new Response(JSON.stringify(found.corpo), { headers: { "content-type": "application/json", ...(found.etag ? { etag: found.etag } : {}) } });
}

/** Which day the agenda shows, if it shows one: other views have to know more before they ask. */
function shownDay(clock: Clock): string | null {
  const query = new URLSearchParams(location.search);
  const view = query.get("ver") ?? "dia";
  if (view !== "dia" && view !== "lista") return null;
  const day = query.get("dia") ?? today(clock);
  return /^\d{4}-\d\d-\d\d$/.test(day) ? day : null;
}

/** As `lib/dates` tells it: the browser's tables of zones are read only when the clocks have changed since the last visit. */
function today({ fuso, deslocamento_minutos, de, ate }: Clock): string {
  const now = Date.now();
  if (now >= Date.parse(de) && now < Date.parse(ate)) return new Date(now + deslocamento_minutos * 60_000).toISOString().slice(0, 10);
  // Swedes write dates as the API does.
  return new Intl.DateTimeFormat("sv-SE", { timeZone: fuso }).format();
}

/** What a day of the agenda asks. */
function agenda(day: string): string[] {
  const span = `de=${day}&ate=${day}`;
  return [`agendamentos?${span}&limite=200`, `bloqueios?${span}`, `expedientes?${span}`, `feriados?ano=${day.slice(0, 4)}`];
}
