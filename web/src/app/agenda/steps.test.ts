import { expect, test } from "vitest";
import type { Appointment } from "./events";
import { nextSteps } from "./steps";

const NOW = Date.parse("2026-11-30T15:00:00Z");
const labels = (changes: Partial<Appointment>) => {
  const visit = { status: "agendado", data: "2026-11-30", inicio_em: "2026-11-30T18:00:00Z", chegada_em: null, ...changes } as Appointment;
  return nextSteps(visit, "2026-11-30", NOW).map(({ label }) => label);
};

test("before its day a visit can only be confirmed", () => {
  expect(labels({ data: "2026-12-01", inicio_em: "2026-12-01T18:00:00Z" })).toEqual(["Confirmar presença"]);
  expect(labels({ data: "2026-12-01", inicio_em: "2026-12-01T18:00:00Z", status: "confirmado" })).toEqual([]);
});

test("on its day who comes first is who arrives; nobody is missing before it begins", () => {
  expect(labels({})).toEqual(["Chegou", "Iniciar atendimento", "Confirmar presença"]);
  expect(labels({ inicio_em: "2026-11-30T14:00:00Z", status: "confirmado" })).toEqual(["Chegou", "Iniciar atendimento", "Faltou"]);
  expect(labels({ chegada_em: "2026-11-30T14:50:00Z", status: "confirmado" })).toEqual(["Iniciar atendimento"]);
});

test("the other states", () => {
  expect(labels({ status: "em_atendimento" })).toEqual(["Finalizar atendimento"]);
  expect(labels({ status: "realizado" })).toEqual([]);
  expect(labels({ status: "faltou" })).toEqual(["O paciente veio"]);
  expect(labels({ status: "cancelado" })).toEqual(["Reativar"]);
  expect(labels({ status: "cancelado", inicio_em: "2026-11-30T14:00:00Z" })).toEqual([]);
});
