/** What somebody has to look at: payments that settle nothing by themselves, and what the gateway sent and nobody can read. The menu counts it. */
import { type Shapes, api, ask } from "../../api/client";
import { Problem } from "../../api/problem";
import { poll } from "../../lib/poll.svelte";

type Waiting = Shapes["AConferirOut"];

const EVERY = 60_000;

let waiting = $state.raw<Waiting | null>(null);
let problem = $state.raw<Problem | null>(null);

export const conferir = {
  /** `null` until the first answer. */
  get waiting(): Waiting | null {
    return waiting;
  },
  get problem(): Problem | null {
    return problem;
  },
  /** "3", or `""`. */
  get count(): string {
    const count = waiting ? waiting.pagamentos.length + waiting.ilegiveis.length : 0;
    return count ? String(count) : "";
  },
  /** Asks anew; what is shown stays until the answer comes. */
  async load(signal?: AbortSignal): Promise<void> {
    try {
      waiting = await ask(api.GET("/api/admin/pagamentos/a-conferir", signal ? { signal } : {}));
      problem = null;
    } catch (failed) {
      if (failed instanceof Problem) problem = failed;
      throw failed;
    }
  },
  /** Asks anew, where what went wrong is shown by `problem`. */
  again(): void {
    this.load().catch((failed: unknown) => {
      if (!(failed instanceof Problem)) throw failed;
    });
  },
};

/** Keeps the number fresh until the answer is called. */
export function watch(): () => void {
  const turn = poll((signal) => conferir.load(signal), EVERY);
  return () => turn.stop();
}

/** Why a payment is here, and what can be done about it. */
const REASONS: Record<string, { text: string; why: string; then: string }> = {
  parcial: {
    text: "A menos",
    why: "Veio menos que o valor da fatura, e ela continua aberta.",
    then: "Combine o resto com a clínica: se ele chegar por fora, registre o pagamento na fatura; se for perdoado, cancele a fatura e prometa um desconto.",
  },
  em_dobro: {
    text: "Em dobro",
    why: "A fatura já estava paga: este dinheiro é da clínica.",
    then: "Devolva a quem pagou, ou prometa um desconto nas próximas faturas.",
  },
  devolvida: {
    text: "Devolvida",
    why: "O gateway devolveu o dinheiro a quem pagou.",
    then: "Se ninguém daqui pediu, foi uma disputa ou o banco: a fatura que uma disputa levou volta a ser cobrada; outra, reabra.",
  },
  sem_fatura_aberta: {
    text: "Sem nada a pagar",
    why: "A fatura foi cancelada, ou não havia o que pagar: este dinheiro é da clínica.",
    then: "Devolva a quem pagou, ou prometa um desconto nas próximas faturas.",
  },
};
export const reason = (motivo: string) => REASONS[motivo] ?? { text: motivo, why: "Não resolve nada sozinho.", then: "Confira no gateway o que houve." };
