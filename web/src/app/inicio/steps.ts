/** What an empty clinic needs to work, and what of it is done: seen from the API's data, nothing is stored. */
export interface Facts {
  /** Who attends and works here. */
  medicos: number;
  /** Of these, who has hours. */
  comHorario: number;
  servicos: number;
  /** `null` when it could not be asked: a clinic that has been working for years is not told to link its phone. */
  whatsapp: boolean | null;
  /** Whether anything was ever booked. */
  marcou: boolean;
}

export type Name = "quem" | "horarios" | "servicos" | "whatsapp" | "teste";
export interface Step {
  name: Name;
  title: string;
  text: string;
  done: boolean;
  /** Where it is done. */
  href: string;
  action: string;
}

export function steps(facts: Facts): Step[] {
  const first = facts.medicos > 0;
  return [
    { name: "quem", title: "Quem atende", text: "O nome que os pacientes leem. A semana padrão já vem pronta.", done: first, href: "/app/ajustes/profissionais?item=novo", action: "Cadastrar" },
    { name: "horarios", title: "Os horários", text: "Confira a semana: é só arrastar.", done: first && facts.comHorario > 0, href: "/app/ajustes/horarios", action: "Acertar horários" },
    { name: "servicos", title: "Os serviços", text: "O que se marca, quanto dura e quanto custa.", done: facts.servicos > 0, href: "/app/ajustes/servicos?item=novo", action: "Criar serviço" },
    { name: "whatsapp", title: "O WhatsApp", text: "Leia um código com o celular da clínica, e o assistente passa a responder.", done: facts.whatsapp !== false, href: "/app/whatsapp", action: "Conectar" },
    { name: "teste", title: "Uma consulta de teste", text: "Marque como um paciente marcaria e veja chegar na agenda.", done: facts.marcou, href: "/agendar", action: "Fazer um teste" },
  ];
}

export const allDone = (all: readonly Step[]) => all.every(({ done }) => done);
/** The first that is left: the one to do now. */
export const nextStep = (all: readonly Step[]) => all.find(({ done }) => !done);
