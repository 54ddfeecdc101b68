/** Who is logged in. The tokens are in cookies no script can read; here is only the person. */
import { type Shapes, api, ask } from "./client";
import { Problem } from "./problem";
import { forget } from "./renew";

export type User = Shapes["User"];

/** What other tabs are told. */
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("horario.sessao");
const LOGIN = "/static/login.html";

let current = $state<User | null>(null);

channel?.addEventListener("message", ({ data }) => {
  if (data === "saiu" && current) leave("saiu");
});

export const session = {
  /** The person, `null` before `load`. */
  get user(): User | null {
    return current;
  },
  /** Whether the person runs the clinic. */
  get isManager(): boolean {
    return current?.gestor ?? false;
  },
  /** Whether the person attends patients, and so sees their own agenda. */
  get isDoctor(): boolean {
    return current?.user_type === "medico";
  },

  /** Finds out who is logged in; `null` when nobody is. */
  async load(): Promise<User | null> {
    try {
      current = (await ask(api.GET("/api/auth/me"))).user;
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
      current = null;
    }
    return current;
  },

  /** Logs in; a refusal is a `Problem`. */
  async enter(email: string, senha: string): Promise<User> {
    forget();
    current = (await ask(api.POST("/api/auth/sessao", { body: { email, senha } }))).user;
    return current;
  },

  /** Ends the session here, in every tab and on the server. */
  async end(): Promise<void> {
    await ask(api.DELETE("/api/auth/sessao"));
    channel?.postMessage("saiu");
    leave("saiu");
  },

  /** Ends every session of the person, on every device; this one too. */
  async endEverywhere(): Promise<void> {
    await ask(api.DELETE("/api/auth/sessoes"));
    channel?.postMessage("saiu");
    leave("saiu");
  },
};

/** Sends the person to the login page, which says why and leads back here. */
export function leave(reason: "saiu" | "expirou" | "entrar"): void {
  current = null;
  forget();
  const back = reason === "saiu" ? "" : `&volta=${encodeURIComponent(location.pathname + location.search)}`;
  location.replace(`${LOGIN}?motivo=${reason}${back}`);
}
