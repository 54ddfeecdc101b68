/** Asks a function how it is. Not through the API's client: one that is ill says so with a 503, which is an answer here. */
import type { Shapes } from "../../api/client";

export interface Fn {
  name: "scheduling" | "inbox" | "login" | "admin" | "webhook" | "site";
  title: string;
  does: string;
}
export interface Health extends Fn {
  state: "ok" | "degradado" | "fora";
  /** Milliseconds. */
  roundTrip: number;
  /** What the function says it took; `null` when it said nothing. */
  own: number | null;
  uses: Record<string, string>;
  version: string;
}

export const FUNCTIONS: Fn[] = [
  { name: "scheduling", title: "Agenda", does: "Consultas, pacientes, cadastros e a página pública" },
  { name: "inbox", title: "Conversas", does: "O que a equipe lê e responde no WhatsApp" },
  { name: "login", title: "Entrada", does: "Sessões, senhas e convites" },
  { name: "admin", title: "Operação", does: "Este console e as faturas" },
  { name: "webhook", title: "Recebimento", does: "O que o WhatsApp avisa" },
  { name: "site", title: "Páginas", does: "O que o navegador carrega" },
];

/** After this it counts as silent, milliseconds. */
const LIMIT = 10_000;

export async function check(one: Fn, signal: AbortSignal, get: typeof fetch = fetch): Promise<Health> {
  const begun = performance.now();
  const silent: Health = { ...one, state: "fora", roundTrip: 0, own: null, uses: {}, version: "" };
  try {
    const answer = await get(`/api/saude/${one.name}`, { cache: "no-store", signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT)]) });
    const body = (await answer.json()) as Partial<Shapes["Saude"]>;
    const roundTrip = Math.round(performance.now() - begun);
    if (body.funcao !== one.name) return { ...silent, roundTrip };
    return {
      ...one,
      state: answer.ok && body.situacao === "ok" ? "ok" : "degradado",
      roundTrip,
      own: body.duracao_ms ?? null,
      uses: body.dependencias ?? {},
      version: body.versao ?? "",
    };
  } catch {
    return { ...silent, roundTrip: Math.round(performance.now() - begun) };
  }
}
