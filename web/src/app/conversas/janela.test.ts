import { expect, test } from "vitest";
import { windowOf } from "./janela";

const ZONE = "America/Sao_Paulo";
/** 14:00 in São Paulo. */
const NOW = Date.parse("2026-11-28T17:00:00Z");

test("where there is no such rule nothing is said", () => {
  expect(windowOf(null, ZONE, NOW)).toEqual({ closed: false, words: "" });
  expect(windowOf({ ate: "2026-11-29T16:00:00Z" }, ZONE, NOW)).toEqual({ closed: false, words: "" });
});

test("what closes soon says until when", () => {
  expect(windowOf({ ate: "2026-11-28T18:30:00Z" }, ZONE, NOW)).toEqual({
    closed: false,
    words: "Até 15:30 você escreve livremente. Depois, a Meta só entrega quando o paciente responder.",
  });
  const night = Date.parse("2026-11-29T02:00:00Z");
  expect(windowOf({ ate: "2026-11-29T03:10:00Z" }, ZONE, night).words).toContain("Até amanhã, 00:10");
});

test("a closed one says what may leave", () => {
  for (const ate of ["2026-11-28T17:00:00Z", null]) {
    const { closed, words } = windowOf({ ate }, ZONE, NOW);
    expect(closed).toBe(true);
    expect(words).toContain("uma mensagem padrão");
  }
});
