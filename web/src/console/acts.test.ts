/** Every act the operators' trail may hold has words here: the names are read where they are written. */
import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { ACTS } from "./words";

const ROOT = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const under = (folder: string, ending: string) =>
  readdirSync(new URL(folder, ROOT), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(ending)).map((name) => `${folder}/${name}`);

/** Whoever writes to the trail: through its module, or straight into its table. */
const WRITES = /operacao::auditoria|sistema::record|into auditoria_operacao/;
/** Here an act's name is also handed on to who writes it. */
const ACTING = /^(functions\/admin\/src|shared\/src\/(console|onboarding))\//;
/** A literal that is first among the arguments of `record` or `record_change`. */
const RECORDED = /\brecord(?:_change)?\(\s*[\w&* (),]*?"([a-z_]+)"/g;
/** Columns and fields that begin as an act does. */
const NO_ACT = /_(id|em|dia|ate|centavos)$/;

function written(): Set<string> {
  const sources = ["shared/src", "functions", "cli/src"].flatMap((folder) => under(folder, ".rs")).filter((path) => !/(^|\/)tests?(\/|\.rs$)/.test(path));
  const texts = [...sources, ...under("migrations", ".sql")].map((path) => ({ path, text: read(path) }));
  const nouns = new Set(Object.keys(ACTS).map((act) => act.slice(0, act.indexOf("_"))));
  const found = new Set<string>();
  for (const { path, text } of texts) {
    if (!WRITES.test(text) && !ACTING.test(path)) continue;
    for (const [, act] of text.matchAll(RECORDED)) found.add(act!);
    for (const [, act] of text.matchAll(/["']([a-z]+(?:_[a-z]+)+)["']/g)) if (nouns.has(act!.split("_")[0]!) && !NO_ACT.test(act!)) found.add(act!);
  }
  return found;
}

it("has words for every act that is written", () => {
  const acts = written();
  // That the search finds them at all: one of each way they are written.
  for (const one of ["operador_criado", "cliente_encerrado", "fatura_reaberta", "fatura_paga_em_dobro", "clinica_restaurada", "sistema_copiado"]) expect(acts).toContain(one);
  expect([...acts].filter((act) => !(act in ACTS)).sort()).toEqual([]);
});
