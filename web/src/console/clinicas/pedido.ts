/** A new clinic as it is asked for: in three steps, what each needs, and what is sent. */
export interface Pedido {
  nome: string;
  subdomain: string;
  uf: string;
  plano: string;
  gestor: string | null;
  email: string;
  tipo: string;
  whatsapp: string | null;
}

export const EMPTY: Pedido = { nome: "", subdomain: "", uf: "", plano: "basico", gestor: null, email: "", tipo: "secretaria", whatsapp: null };

export const STEPS: { title: string; fields: (keyof Pedido)[] }[] = [
  { title: "a clínica", fields: ["nome", "subdomain", "uf", "plano"] },
  { title: "quem vai administrar", fields: ["gestor", "email", "tipo"] },
  { title: "o WhatsApp", fields: ["whatsapp"] },
];

const NEEDED: [keyof Pedido, string][] = [
  ["nome", "Escreva o nome da clínica."],
  ["subdomain", "Escolha um endereço."],
  ["email", "Escreva o e-mail de quem vai administrar."],
];

/** What the step still needs, by field. */
export function missing(step: number, pedido: Pedido): Record<string, string> {
  const fields = STEPS[step]?.fields ?? [];
  return Object.fromEntries(NEEDED.filter(([field]) => fields.includes(field) && !pedido[field]?.trim()));
}

/** The step a field is in; -1 for none. */
export const stepOf = (campo: string): number => STEPS.findIndex(({ fields }) => fields.some((field) => field === campo));

/** What is sent: only what was filled in. */
export function bodyOf(pedido: Pedido): Partial<Pedido> {
  const filled = Object.entries(pedido).map(([name, value]) => [name, value?.trim()]);
  return Object.fromEntries(filled.filter(([, value]) => value)) as Partial<Pedido>;
}
