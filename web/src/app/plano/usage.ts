/** What was used of what the plan includes, as people read it. */
import type { Shapes } from "../../api/client";
import { money, number } from "../../lib/words";

type Limite = Shapes["LimiteOut"];

const NAMES: Record<string, { title: string; one: string; monthly: boolean }> = {
  agendamentos: { title: "Consultas", one: "consulta", monthly: true },
  mensagens: { title: "Mensagens da equipe", one: "mensagem", monthly: true },
  profissionais: { title: "Profissionais", one: "profissional", monthly: false },
  turnos: { title: "Respostas da inteligência artificial", one: "resposta", monthly: true },
  unidades: { title: "Unidades", one: "unidade", monthly: false },
};

export interface Bar {
  title: string;
  /** 0 to 1. */
  part: number;
  tone: "ok" | "perto" | "cheio";
  numbers: string;
  /** What happens beyond the limit. */
  after: string;
}

export function bar({ limite, usado, maximo, excedente_centavos }: Limite): Bar {
  const { title, one, monthly } = NAMES[limite] ?? { title: limite, one: "um a mais", monthly: false };
  const part = maximo <= 0 ? 1 : Math.min(1, usado / maximo);
  const priced = excedente_centavos !== null && excedente_centavos !== undefined;
  const after = priced
    ? `Cada ${one} além do plano custa ${money(excedente_centavos)}.`
    : usado >= maximo
      ? `O limite foi atingido${monthly ? " neste mês" : ""}: para continuar, mude de plano com o suporte.`
      : "";
  return { title, part, tone: part >= 1 ? "cheio" : part >= 0.8 ? "perto" : "ok", numbers: `${number(usado)} de ${number(maximo)}`, after };
}
