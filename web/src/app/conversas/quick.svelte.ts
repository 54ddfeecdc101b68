/** The clinic's quick answers: asked once, and changed here by whoever works for the whole clinic. */
import { api, ask, once } from "../../api/client";
import { fold } from "../../lib/words";
import type { Resposta } from "./quick";

let all = $state.raw<Resposta[] | null>(null);

const sorted = (list: Resposta[]) => list.sort((a, b) => fold(a.titulo).localeCompare(fold(b.titulo), "pt-BR"));

export const quick = {
  /** By title; `null` before `load`. */
  get all(): Resposta[] | null {
    return all;
  },
  async load(): Promise<void> {
    all = (await ask(api.GET("/api/respostas-prontas"))).respostas_prontas;
  },
  async create(titulo: string, texto: string, key: string): Promise<void> {
    const made = await ask(api.POST("/api/respostas-prontas", { body: { titulo, texto }, headers: once(key) }));
    all = sorted([...(all ?? []).filter(({ id }) => id !== made.id), made]);
  },
  async change(id: number, titulo: string, texto: string): Promise<void> {
    const made = await ask(api.PATCH("/api/respostas-prontas/{id}", { params: { path: { id } }, body: { titulo, texto } }));
    all = sorted((all ?? []).map((one) => (one.id === id ? made : one)));
  },
  async remove(id: number): Promise<void> {
    await ask(api.DELETE("/api/respostas-prontas/{id}", { params: { path: { id } } }));
    all = (all ?? []).filter((one) => one.id !== id);
  },
};
