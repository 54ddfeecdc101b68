import { describe, expect, test } from "vitest";
import { type Conversa, compare, matches, merge, nameOf, searchable, whenOf, whoAnswers } from "./list";

const ZONE = "America/Sao_Paulo";
const NOW = Date.parse("2026-11-28T17:00:00Z");

const talk = (id: number, changes: Partial<Conversa> = {}): Conversa => ({
  id,
  nome: "José Antônio",
  telefone: "+5511987654321",
  pacientes: [],
  modo: "bot",
  urgente: false,
  bot_parado: false,
  nao_lidas: 0,
  ultima_mensagem_em: new Date(NOW - id * 60_000).toISOString(),
  ...changes,
});
const all = { filtro: "todas", q: "", keep: null, more: false } as const;

describe("the order", () => {
  test("urgent first, then the newest", () => {
    const list = [talk(3), talk(9, { urgente: true }), talk(1)].sort(compare);
    expect(list.map(({ id }) => id)).toEqual([9, 1, 3]);
  });

  test("a change moves, adds and takes away", () => {
    const list = [talk(1), talk(2, { nao_lidas: 1 })];
    const moved = merge(list, [talk(2, { ultima_mensagem_em: new Date(NOW).toISOString() })], all);
    expect(moved.map(({ id }) => id)).toEqual([2, 1]);
    const unread = { ...all, filtro: "nao_lidas" } as const;
    expect(merge([talk(2, { nao_lidas: 1 })], [talk(2)], unread)).toEqual([]);
    expect(merge([talk(2, { nao_lidas: 1 })], [talk(2)], { ...unread, keep: 2 })).toHaveLength(1);
    expect(merge([talk(1)], [talk(7)], { ...all, more: true })).toHaveLength(1);
  });
});

describe("what is found", () => {
  test("names without accents, digits of the phone, all words", () => {
    const one = talk(1, { pacientes: [{ id: 1, nome: "Ana Lúcia" }] });
    for (const q of ["jose", "ANTÔNIO jos", "98765", "(11)", "lucia", "jose 4321", ""]) expect(matches(one, "todas", q), q).toBe(true);
    for (const q of ["maria", "jose maria", "0000"]) expect(matches(one, "todas", q), q).toBe(false);
  });

  test("the API searches for three signs of one word", () => {
    expect(["", "an", "a b", "ana", "12", "123", "a 123"].map(searchable)).toEqual([true, false, false, true, false, true, true]);
  });
});

describe("words", () => {
  test("whoever has no name is their profile or phone", () => {
    expect(nameOf(talk(1, { nome: null, nome_perfil: "Zé" }))).toBe("Zé");
    expect(nameOf(talk(1, { nome: null }))).toBe("(11) 98765-4321");
    expect(nameOf(talk(1, { nome: null, telefone: null }))).toBe("Sem nome nem telefone");
  });

  test("when", () => {
    const now = new Date(NOW);
    expect(whenOf("2026-11-28T16:05:00Z", ZONE, now)).toBe("13:05");
    expect(whenOf("2026-11-28T02:00:00Z", ZONE, now)).toBe("ontem");
    expect(whenOf("2026-11-24T15:00:00Z", ZONE, now)).toBe("ter.");
    expect(whenOf("2026-11-01T15:00:00Z", ZONE, now)).toBe("01/11");
  });

  test("who answers is always plain", () => {
    const say = (changes: Partial<Conversa>) => whoAnswers(talk(1, changes), changes.atendente_id === 5, ZONE, NOW);
    expect(say({}).short).toBe("O assistente responde");
    expect(say({ modo: "humano", atendente: "Bia", atendente_id: 5 }).short).toBe("Você responde");
    expect(say({ modo: "humano", atendente: "Léo", volta_em: "2026-11-28T18:30:00Z" })).toEqual({
      short: "Léo responde",
      long: "O assistente volta às 15:30 se ninguém daqui escrever.",
    });
    expect(say({ modo: "humano" }).long).toContain("pelo celular da clínica");
    expect(say({ bot_parado: true }).short).toBe("Assistente parado");
    expect(say({ calado_ate: "2026-11-28T18:00:00Z" }).short).toBe("Assistente calado");
    expect(say({ calado_ate: "2026-11-28T16:00:00Z" }).short).toBe("O assistente responde");
    expect(say({ modo: "encerrada" }).short).toBe("Encerrada");
  });
});
