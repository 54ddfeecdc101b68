/** The console's words, and what people type as numbers. */
import { moment } from "../lib/dates";

/** The operators' own clock. */
export const ZONE = "America/Sao_Paulo";

export const PAPEL = { admin: "Administração", financeiro: "Financeiro", suporte: "Suporte" } as const;

type Tone = "neutro" | "marca" | "perigo" | "atencao" | "sucesso";
interface Word {
  text: string;
  tone: Tone;
}
const UNKNOWN = (text: string): Word => ({ text, tone: "neutro" });

const CLINIC: Record<string, Word> = {
  ativa: { text: "Ativa", tone: "sucesso" },
  suspensa: { text: "Suspensa", tone: "perigo" },
  encerrada: { text: "Encerrada", tone: "neutro" },
};
export const clinicState = (estado: string): Word => CLINIC[estado] ?? UNKNOWN(estado);

const INVOICE: Record<string, Word> = {
  aberta: { text: "Aberta", tone: "marca" },
  vencida: { text: "Vencida", tone: "perigo" },
  paga: { text: "Paga", tone: "sucesso" },
  isenta: { text: "Isenta", tone: "neutro" },
  estornada: { text: "Estornada", tone: "atencao" },
  cancelada: { text: "Cancelada", tone: "neutro" },
};
export const invoiceState = (estado: string, late = false): Word => INVOICE[late ? "vencida" : estado] ?? UNKNOWN(estado);

const EVENTS: Record<string, string> = {
  confirmada: "Pagamento confirmado",
  paga: "Paga",
  estornada: "Estornada",
  reaberta: "Reaberta",
  cancelada: "Cancelada",
  nota: "Aviso do gateway",
};
/** What an event of an invoice is called; a note of an operator is a payment that came again. */
export const eventWord = (tipo: string, conferir?: string | null) => (tipo === "nota" && conferir === "em_dobro" ? "Pagamento em dobro" : (EVENTS[tipo] ?? tipo));

export const ACTS: Record<string, string> = {
  assinatura_alterada: "Mudou a assinatura",
  cliente_alterado: "Mudou o cadastro",
  cliente_criado: "Cadastrou a clínica",
  cliente_encerrado: "Encerrou a clínica",
  cliente_reativado: "Reativou a clínica",
  cliente_suspenso: "Suspendeu a clínica",
  paciente_apagado: "Apagou os dados de um paciente",
  clinica_exportada: "Copiou os dados de uma clínica",
  clinica_implantada: "Implantou a clínica",
  clinica_restaurada: "Restaurou uma clínica",
  convite_aceito: "Convite aceito",
  desconto_encerrado: "Encerrou um desconto",
  desconto_prometido: "Prometeu um desconto",
  fatura_cancelada: "Cancelou uma fatura",
  fatura_estornada: "Estornou uma fatura",
  fatura_paga: "Registrou um pagamento",
  fatura_paga_em_dobro: "Registrou um pagamento em dobro",
  fatura_prazo: "Mudou o prazo de uma fatura",
  fatura_reaberta: "Reabriu uma fatura",
  fila_devolucao_pedida: "Pediu para devolver mensagens paradas",
  fila_devolvida: "Devolveu mensagens paradas à fila",
  gestor_convidado: "Convidou quem administra",
  ilegivel_conferido: "Conferiu um aviso que não deu para ler",
  incidente_aberto: "Registrou um incidente",
  incidente_alterado: "Completou um incidente",
  incidente_clinicas: "Acrescentou clínicas a um incidente",
  incidente_comunicado: "Comunicou um incidente",
  incidente_encerrado: "Encerrou um incidente",
  operador_alterado: "Mudou um operador",
  operador_convidado: "Convidou um operador",
  operador_criado: "Cadastrou um operador",
  pagador_alterado: "Mudou quem paga",
  pagamento_conferido: "Conferiu um pagamento",
  plano_alterado: "Mudou um plano",
  plano_criado: "Criou um plano",
  plano_mudado: "Mudou o plano da clínica",
  senha_esquecida: "Pediu uma nova senha",
  senha_redefinida: "Escolheu uma senha nova pelo link",
  senha_trocada: "Trocou a senha",
  sessoes_encerradas: "Encerrou as sessões",
  sistema_copiado: "Copiou o sistema inteiro",
};
export const actWord = (acao: string) => ACTS[acao] ?? acao.replaceAll("_", " ");

/** "30/11/2026 14:05" by the operators' clock. */
export const at = (instant: string | null | undefined) => (instant ? moment(instant, ZONE) : "");

/** A whole number people typed; `null` when the field is empty, `undefined` when it is none. */
export function whole(text: string): number | null | undefined {
  const typed = text.replaceAll(".", "").trim();
  if (typed === "") return null;
  return /^\d{1,15}$/.test(typed) ? Number(typed) : undefined;
}

/** "US$ 1,23" of millionths. */
export const dollars = (micro: number) =>
  `US$ ${(micro / 1_000_000).toLocaleString("pt-BR", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

/** "12.345.678/0001-90" or "123.456.789-01"; anything else as it is. */
export function documento(digits: string): string {
  if (digits.length === 11) return digits.replace(/(\d{3})(\d{3})(\d{3})(\d{2})/, "$1.$2.$3-$4");
  return digits.replace(/^(.{2})(.{3})(.{3})(.{4})(.{2})$/, "$1.$2.$3/$4-$5");
}

/** "Clínica São José" as "sao-jose": what its address may be. */
export const address = (nome: string) =>
  nome
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/^(clinica|consultorio)\s+/, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);

/** Where a clinic is reached from this console: the same domain and port. */
export const clinicHost = (subdomain: string) => `${subdomain}.${location.host.replace(/^admin\./, "")}`;
