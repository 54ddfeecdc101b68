/** Quick answers without a browser: finding one by what follows `/`, and filling its places as the API does. */
import type { Shapes } from "../../api/client";
import { fold } from "../../lib/words";

export type Resposta = Shapes["Resposta"];
export const LONGEST = 4000;
const MOST = 8;

/** What follows the `/` a text begins with; `null` when it is no question for a quick answer. */
export function asked(text: string): string | null {
  return /^\/[^\n]{0,60}$/.test(text) ? text.slice(1) : null;
}

/** Those whose title has all words, titles that begin with them first; then those whose text has. */
export function find(all: Resposta[], query: string): Resposta[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  const rank = ({ titulo, texto }: Resposta): number => {
    const title = fold(titulo);
    if (words.length === 0 || title.startsWith(words.join(" "))) return 0;
    if (words.every((word) => title.includes(word))) return 1;
    return words.every((word) => fold(`${titulo} ${texto}`).includes(word)) ? 2 : 3;
  };
  return all
    .map((one) => ({ one, at: rank(one) }))
    .filter(({ at }) => at < 3)
    .sort((a, b) => a.at - b.at)
    .slice(0, MOST)
    .map(({ one }) => one);
}

/** The text for one person. Of whom no name is known, none is said: "Olá, {nome}!" becomes "Olá!". */
export function fill(template: string, nome: string | null | undefined, clinica: string): string {
  const first = nome?.trim().split(/\s+/)[0];
  const addressed = first
    ? template.replaceAll("{nome}", () => first)
    : [", {nome}", "{nome}, ", " {nome}", "{nome}"].reduce((text, place) => text.replaceAll(place, ""), template);
  return addressed.replaceAll("{clinica}", () => clinica);
}

/** What is wrong with a text's places, `""` when nothing is. */
export function wrongPlaces(text: string): string {
  return /[{}]/.test(text.replaceAll("{nome}", "").replaceAll("{clinica}", "")) ? "Entre chaves use só {nome} e {clinica}, em minúsculas." : "";
}
