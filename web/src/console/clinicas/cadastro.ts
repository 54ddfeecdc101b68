/** A clinic's entry: how it is read, how it is typed, and what of it changed. */
import type { Shapes } from "../../api/client";
import { number, phone } from "../../lib/words";
import { whole } from "../words";

type Ficha = Shapes["ClienteOut"];

export interface Typed {
  nome: string;
  subdomain: string;
  telefone: string;
  email: string;
  endereco: string;
  municipio: string;
  uf: string;
  fuso: string;
  whatsapp_numero: string;
  whatsapp_instance: string;
  retencao_meses: string;
  ia_limite_tokens: string;
  /** "" as the plan says. */
  ia_permitida: string;
}

/** What is read of it, in order. */
export function entries(clinic: Ficha): { name: string; value: string }[] {
  const place = [clinic.endereco, [clinic.municipio, clinic.uf].filter(Boolean).join(" / ")].filter(Boolean).join(", ");
  const model = clinic.ia_permitida == null ? "Como no plano" : clinic.ia_permitida ? "Permitido" : "Não permitido";
  return [
    { name: "Telefone", value: clinic.telefone ? phone(clinic.telefone) : "—" },
    { name: "E-mail", value: clinic.email ?? "—" },
    { name: "Onde fica", value: place || "—" },
    { name: "Fuso", value: clinic.fuso },
    { name: "Modelo de linguagem", value: clinic.ia_limite_tokens == null ? model : `${model}, até ${number(clinic.ia_limite_tokens)} tokens por mês` },
    { name: "Conversas", value: clinic.retencao_meses == null ? "Guardadas sempre" : `Guardadas por ${clinic.retencao_meses} meses` },
  ];
}

export function typed(clinic: Ficha): Typed {
  const text = (value: string | number | null | undefined) => (value == null ? "" : String(value));
  return {
    nome: clinic.nome,
    subdomain: text(clinic.subdomain),
    telefone: text(clinic.telefone),
    email: text(clinic.email),
    endereco: text(clinic.endereco),
    municipio: text(clinic.municipio),
    uf: text(clinic.uf),
    fuso: clinic.fuso,
    whatsapp_numero: text(clinic.whatsapp_numero),
    whatsapp_instance: text(clinic.whatsapp_instance),
    retencao_meses: text(clinic.retencao_meses),
    ia_limite_tokens: text(clinic.ia_limite_tokens),
    ia_permitida: text(clinic.ia_permitida === true ? "sim" : clinic.ia_permitida === false ? "nao" : ""),
  };
}

const NUMBERS = new Set<keyof Typed>(["retencao_meses", "ia_limite_tokens"]);

/** Only what is different, as it is sent; `null` clears. A number that is none is sent as it was typed, for the API to say so. */
export function changes(before: Typed, now: Typed): Shapes["ClienteChanges"] {
  const changed = (Object.keys(before) as (keyof Typed)[]).filter((name) => before[name] !== now[name].trim());
  return Object.fromEntries(
    changed.map((name) => {
      const text = now[name].trim();
      if (name === "ia_permitida") return [name, text === "" ? null : text === "sim"];
      if (NUMBERS.has(name)) return [name, whole(text) ?? (text === "" ? null : -1)];
      return [name, text === "" ? null : text];
    }),
  );
}
