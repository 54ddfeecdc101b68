/**
 * Renewing the session. The token for it works once, so tabs renew one at a time, and who waited finds it done.
 */
import { untouched } from "./touch";

const LOCK = "horario.renovar";
const AT = "horario.renovada";
/** Another tab's renewal this young is ours too, milliseconds. */
const FRESH = 20_000;

/** `desconhecida`: nobody could be asked. */
export type Renewal = "renovada" | "terminada" | "desconhecida";

let renewing: Promise<Renewal> | null = null;

export function renew(): Promise<Renewal> {
  renewing ??= alone(run).finally(() => (renewing = null));
  return renewing;
}

async function run(): Promise<Renewal> {
  if (untouched()) return "terminada";
  const before = Number(localStorage.getItem(AT) ?? 0);
  if (Math.abs(Date.now() - before) < FRESH) return "renovada";
  try {
    const answer = await fetch("/api/auth/sessao/renovacao", { method: "POST", cache: "no-store" });
    // What nobody reads would hold its connection.
    await answer.text();
    if (answer.ok) {
      localStorage.setItem(AT, String(Date.now()));
      return "renovada";
    }
    return answer.status >= 500 || answer.status === 429 ? "desconhecida" : "terminada";
  } catch {
    return "desconhecida";
  }
}

function alone(work: () => Promise<Renewal>): Promise<Renewal> {
  return navigator.locks ? navigator.locks.request(LOCK, work).then((done) => done) : work();
}

/** Forgets that a renewal happened: the next 401 asks again. */
export function forget(): void {
  localStorage.removeItem(AT);
}
