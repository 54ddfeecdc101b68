/** A plan as it is typed, and what is sent of it. */
import type { Shapes } from "../../api/client";
import { Problem } from "../../api/problem";
import { parseMoney, typedMoney } from "../../lib/amount";
import { whole } from "../words";

type Plano = Shapes["Plano"];

/** Fields that hold money, and those that hold a number; an empty one is no limit where there may be none. */
const MONEY = ["preco_centavos", "excedente_profissional_centavos", "excedente_agendamento_centavos", "excedente_mensagem_centavos"] as const;
export const NUMBERS = [
  "limite_profissionais",
  "limite_agendamentos_mes",
  "limite_mensagens_mes",
  "limite_ia_turnos_mes",
  "limite_unidades",
  "ia_limite_tokens",
  "transcricoes_mes",
  "teste_dias",
] as const;
const FLAGS = ["ia_permitida", "transcricao", "ativo"] as const;
/** These are never empty. */
const NEEDED = new Set<string>(["preco_centavos", "ia_limite_tokens", "transcricoes_mes", "teste_dias"]);

export type Typed = Record<(typeof MONEY)[number] | (typeof NUMBERS)[number] | "titulo", string> & Record<(typeof FLAGS)[number], boolean>;

const NEW: Partial<Plano> = { teste_dias: 14, ia_limite_tokens: 2_000_000, transcricoes_mes: 1000, ativo: true };

export function typed(plan: Plano | null): Typed {
  const from: Partial<Plano> = plan ?? NEW;
  const texts = [
    ...MONEY.map((name) => [name, typedMoney(from[name])]),
    ...NUMBERS.map((name) => [name, from[name] == null ? "" : String(from[name])]),
    ...FLAGS.map((name) => [name, from[name] ?? false]),
    ["titulo", from.titulo ?? ""],
  ];
  return Object.fromEntries(texts) as Typed;
}

/** What is different, as it is sent. What is no number is refused here, field by field. */
export function changes(before: Typed, now: Typed): Shapes["PlanoChanges"] {
  const campos: { campo: string; mensagem: string }[] = [];
  const body: Record<string, unknown> = {};
  for (const name of Object.keys(now) as (keyof Typed)[]) {
    const value = now[name];
    if (value === before[name]) continue;
    if (typeof value === "boolean" || name === "titulo") body[name] = typeof value === "string" ? value.trim() : value;
    else if (value.trim() === "" && !NEEDED.has(name)) body[name] = null;
    else {
      const money = (MONEY as readonly string[]).includes(name);
      const read = money ? parseMoney(value) : whole(value);
      if (read == null) campos.push({ campo: name, mensagem: money ? "Escreva um valor, como 249,00." : "Escreva um número inteiro." });
      else body[name] = read;
    }
  }
  if (campos.length) throw new Problem({ title: "Confira os campos", campos });
  return body;
}
