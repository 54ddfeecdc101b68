/** What plans are called, for who sees prices and who does not. */
import { type Shapes, api, ask } from "../api/client";
import { Problem } from "../api/problem";

let names = $state.raw<Shapes["PlanoNome"][]>([]);

export const plans = {
  get all(): Shapes["PlanoNome"][] {
    return names;
  },
  /** Those a clinic may still choose. */
  get open(): Shapes["PlanoNome"][] {
    return names.filter(({ ativo }) => ativo);
  },
  title(nome: string): string {
    return names.find((plan) => plan.nome === nome)?.titulo ?? nome;
  },
  async load(): Promise<void> {
    names = (await ask(api.GET("/api/admin/planos/nomes"))).planos;
  },
  /** Asks where the titles are an ornament: without them the plans' own names are shown. */
  hint(): void {
    this.load().catch((problem: unknown) => {
      if (!(problem instanceof Problem)) throw problem;
    });
  },
};
