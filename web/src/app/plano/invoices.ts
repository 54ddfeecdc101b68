/** Invoices as people read them. */
import type { Shapes } from "../../api/client";
import { numericDay } from "../../lib/dates";

type Fatura = Shapes["FaturaOut"];
export type Tone = "neutro" | "atencao" | "perigo" | "sucesso";

const STATES: Record<string, [string, Tone]> = {
  aberta: ["Em aberto", "atencao"],
  paga: ["Paga", "sucesso"],
  isenta: ["Nada a pagar", "sucesso"],
  estornada: ["Pagamento devolvido", "atencao"],
  cancelada: ["Cancelada", "neutro"],
};

/** "Paga", "Vence em 10/12/2026", "Venceu em 10/11/2026". */
export function state({ estado, vencida, vencimento }: Fatura): { words: string; tone: Tone } {
  if (vencida) return { words: `Venceu em ${numericDay(vencimento)}`, tone: "perigo" };
  if (estado === "aberta") return { words: `Vence em ${numericDay(vencimento)}`, tone: "atencao" };
  const [words, tone] = STATES[estado] ?? [estado, "neutro"];
  return { words, tone };
}

/** Those to be paid, the oldest first: that is the one to pay now. The API lists the newest first. */
export const toPay = (faturas: readonly Fatura[]) => faturas.filter(({ estado }) => estado === "aberta").reverse();

const PAID: Record<string, string> = { pix: "Pix", boleto: "boleto", cartao: "cartão", transferencia: "transferência", dinheiro: "dinheiro" };
export const paidBy = (word: string | null | undefined) => (word ? (PAID[word] ?? word) : "");
