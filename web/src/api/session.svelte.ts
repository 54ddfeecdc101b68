/** Who is logged in. The tokens are in cookies no script can read; here is only the person. */
import { type Shapes, api, ask } from "./client";
import { Problem } from "./problem";
import { forget } from "./renew";
import { endsUntouched } from "./touch";

export type User = Shapes["User"];

/** What other tabs are told. */
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("horario.sessao");
const LOGIN = "/static/login.html";
/** Somebody came in on this browser and did not leave; whether the session still lives, only the server knows. */
const ENTERED = "horario.entrou";

let current = $state<User | null>(null);

channel?.addEventListener("message", ({ data }) => {
  // What was asked before is about who was in then.
  if (!current) return void globalThis.early?.clear();
  if (data === "saiu") leave("saiu");
  // Somebody else came in on this computer: what a former one left open is not theirs to see.
  else if (data !== nameOf(current)) {
    wipe();
    location.reload();
  }
});

/** Whose session it is, as tabs tell each other. */
const nameOf = ({ user_type, id }: User) => `${user_type}.${id}`;

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

  /** Whether the person sees the whole clinic; a doctor who does not manage it sees their own agenda and patients. */
  get wholeClinic(): boolean {
    return this.isManager || !this.isDoctor;
  },
  /** Whether that user is the person; ids of médicos and of secretárias are counted apart, and two people may have one name. */
  isMe(tipo: string | null | undefined, id: number | null | undefined): boolean {
    return current !== null && current.user_type === tipo && current.id === id;
  },

  /** Whether it is worth asking who is logged in. */
  get mayBe(): boolean {
    return localStorage.getItem(ENTERED) !== null;
  },

  /** Finds out who is logged in; `null` when nobody is. */
  async load(): Promise<User | null> {
    try {
      const { user, ociosa_segundos } = await ask(api.GET("/api/auth/me"));
      remember(user);
      endsUntouched(ociosa_segundos ?? null, idle);
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
      remember(null);
    }
    return current;
  },

  /** Logs in; a refusal is a `Problem`. */
  async enter(email: string, senha: string): Promise<User> {
    forget();
    const { user } = await ask(api.POST("/api/auth/sessao", { body: { email, senha } }));
    remember(user);
    channel?.postMessage(nameOf(user));
    return user;
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

/** Nobody is there any more: the session ends in every tab. */
async function idle(): Promise<void> {
  if (!current) return;
  // Without a connection what is on the screen has to go all the same; the session ends by itself.
  await api.DELETE("/api/auth/sessao").catch(() => undefined);
  leave("expirou");
}

/** Drafts and what did not leave yet, in this tab: who leaves leaves nothing written about patients behind. */
function wipe(): void {
  for (const name of Object.keys(sessionStorage)) if (/^horario\.(rascunho|saindo)\./.test(name)) sessionStorage.removeItem(name);
}

function remember(user: User | null): void {
  current = user;
  if (user) localStorage.setItem(ENTERED, "1");
  else localStorage.removeItem(ENTERED);
}

/** Sends the person to the login page, which says why and leads back here. */
export function leave(reason: "saiu" | "expirou" | "entrar"): void {
  remember(null);
  forget();
  // Whose session ran out comes back to what they wrote.
  if (reason === "saiu") wipe();
  const back = reason === "saiu" ? "" : `&volta=${encodeURIComponent(location.pathname + location.search)}`;
  location.replace(`${LOGIN}?motivo=${reason}${back}`);
}
