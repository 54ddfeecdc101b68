import { expect, test } from "vitest";
import { LONGEST_REASON, REASONS, afterCancelling, mayTell } from "./cancel";
import type { Appointment } from "./events";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const visit = (inicio_em: string) => ({ inicio_em }) as Appointment;

test("only what the clinic calls off, and has not begun, can be told", () => {
  expect(mayTell(visit("2026-11-30T12:30:00Z"), "clinica", NOW)).toBe(true);
  expect(mayTell(visit("2026-11-30T12:30:00Z"), "paciente", NOW)).toBe(false);
  expect(mayTell(visit("2026-11-30T12:00:00Z"), "clinica", NOW)).toBe(false);
});

test("who was to be told and could not be is to be called", () => {
  const done = (avisado: boolean, paciente_telefone: string | null = "+5511987654321") =>
    ({ paciente_nome: "Maria da Luz", paciente_telefone, avisado }) as Parameters<typeof afterCancelling>[0];
  expect(afterCancelling(done(true), true)).toEqual({ done: "Horário de Maria cancelado. O aviso vai pelo WhatsApp.", call: "" });
  expect(afterCancelling(done(false), true)).toEqual({
    done: "Horário de Maria cancelado.",
    call: "Não deu para avisar pelo WhatsApp: ligue para Maria.",
  });
  expect(afterCancelling(done(false, null), true).call).toBe("Não deu para avisar pelo WhatsApp: fale com Maria.");
  expect(afterCancelling(done(false), false)).toEqual({ done: "Horário de Maria cancelado.", call: "" });
});

test("every reason that is offered may be sent, once", () => {
  for (const reasons of Object.values(REASONS)) {
    expect(new Set(reasons).size).toBe(reasons.length);
    expect(reasons.every((reason) => reason.length <= LONGEST_REASON)).toBe(true);
  }
});
