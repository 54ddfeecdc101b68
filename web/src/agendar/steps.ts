/** The way to a booking: which questions there are, and how far somebody has come. */
export type Step = "servico" | "convenio" | "profissional" | "horario" | "dados" | "codigo" | "pronto";

/** Each question's name, as the heading of its page. */
export const TITLES: Record<Step, string> = {
  servico: "O que você quer marcar?",
  convenio: "Como vai ser o pagamento?",
  profissional: "Com quem?",
  horario: "Que dia e hora?",
  dados: "Quem vai ser atendido?",
  codigo: "Digite o código",
  pronto: "Tudo certo",
};

export interface Offer {
  servicos: { id: number; medicos: number[] }[];
  convenios: unknown[];
}

/** What was answered so far; what is missing was not. */
export interface Answers {
  servico: number | null;
  /** 0: pays by themselves. */
  convenio: number | null;
  /** 0: whoever is free. */
  medico: number | null;
  token: string | null;
  enviado: boolean;
  pronto: boolean;
}

/** The questions that are worth asking: one answer is none. */
export function steps(offer: Offer, servico: number | null): Step[] {
  const chosen = offer.servicos.find(({ id }) => id === servico);
  const list: (Step | false)[] = [
    offer.servicos.length > 1 && "servico",
    offer.convenios.length > 0 && "convenio",
    chosen?.medicos.length !== 1 && "profissional",
    "horario",
    "dados",
    "codigo",
    "pronto",
  ];
  return list.filter((step) => step !== false);
}

/** What is asked of somebody who wants to be at `wanted`: that, or the first question before it that has no answer. */
export function reach(wanted: string | null, list: Step[], answers: Answers): Step {
  if (answers.pronto) return "pronto";
  if (wanted === null) return list[0]!;
  const answered: Record<Step, boolean> = {
    servico: answers.servico !== null,
    convenio: answers.convenio !== null,
    profissional: answers.medico !== null,
    horario: answers.token !== null,
    dados: answers.enviado,
    codigo: answers.pronto,
    pronto: true,
  };
  return list.find((step) => step === wanted || !answered[step]) ?? list[0]!;
}

/** The question after `step`. */
export const after = (step: Step, list: Step[]): Step => list[list.indexOf(step) + 1] ?? "pronto";
