import type { components } from "./schema";

type Problema = components["schemas"]["Problema"];
/** A time that is free instead of the one that was refused. */
export type Alternativa = NonNullable<Problema["alternativas"]>[number];

/** A refusal in the words of the API (RFC 9457), or of this page when the API could not be reached. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly title: string;
  readonly status: number;
  /** Stable; `""` when the answer was no problem of the API. */
  readonly codigo: string;
  readonly campos: { campo: string; mensagem: string }[];
  readonly alternativas: Alternativa[];
  /** Seconds; 0 when the API did not say. */
  readonly retryAfter: number;

  constructor(body: Partial<Problema>, retryAfter = 0) {
    const said = body.detail || body.title || "Algo deu errado. Tente de novo.";
    // By this number the support finds what went wrong.
    super(body.status === 500 && body.instance ? `${said} Código: ${body.instance}` : said);
    this.title = body.title ?? "Algo deu errado";
    this.status = body.status ?? 0;
    this.codigo = body.codigo ?? "";
    this.campos = body.campos ?? [];
    this.alternativas = body.alternativas ?? [];
    this.retryAfter = retryAfter;
  }

  /** Whether the API could not be reached or is having a bad moment: worth trying again as it is. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500;
  }

  /** What is wrong with this field, `""` when nothing is. */
  field(campo: string): string {
    return this.campos.find((one) => one.campo === campo)?.mensagem ?? "";
  }

  /** One sentence for the person: the fields' messages when there are any. */
  get words(): string {
    return this.campos.map(({ mensagem }) => mensagem).join(" ") || this.message;
  }
}

/** The answer's refusal. */
export async function problemOf(response: Response): Promise<Problem> {
  const body = await response.json().catch(() => ({}));
  const retryAfter = Number(response.headers.get("retry-after")) || 0;
  return new Problem({ ...(body as object), status: response.status }, retryAfter);
}

export const UNREACHABLE: Partial<Problema> = {
  title: "Sem conexão",
  detail: "Não conseguimos falar com o servidor. Confira sua internet e tente de novo.",
  codigo: "sem_conexao",
};
