/** What the clinic of this address offers; asked once, all at the same time. */
import { type Shapes, api, ask } from "../api/client";
import { paint } from "../lib/cor";
import { learn } from "../lib/relogio";

/** The clinic's face; what it did not say is missing. */
export type Clinica = Shapes["Clinica"] & {
  cor?: string | null;
  logo?: string | null;
  telefone?: string | null;
  whatsapp?: string | null;
  endereco?: string | null;
};

export interface Offer {
  clinica: Clinica;
  servicos: Shapes["ServicoPublico"][];
  medicos: Shapes["MedicoPublico"][];
  convenios: Shapes["ConvenioPublico"][];
}

export async function load(): Promise<Offer> {
  const [clinica, { servicos }, { medicos }, { convenios }] = await Promise.all([
    ask(api.GET("/api/publico/clinica")) as Promise<Clinica>,
    ask(api.GET("/api/publico/servicos")),
    ask(api.GET("/api/publico/medicos")),
    ask(api.GET("/api/publico/convenios")),
  ]);
  paint(clinica.cor);
  learn(clinica.fuso, clinica.relogio);
  const there = new Set(medicos.map(({ id }) => id));
  const offered = servicos.map((one) => ({ ...one, medicos: one.medicos.filter((id) => there.has(id)) }));
  return { clinica, servicos: offered.filter((one) => one.medicos.length > 0), medicos, convenios };
}
