import { expect, test } from "vitest";
import { reached } from "./reminded";

const ZONE = "America/Sao_Paulo";
const NOW = new Date("2026-11-30T12:00:00Z");
const said = (estado: string, falha: string | null = null, em = "2026-12-02T13:00:00Z") => reached({ tipo: "vespera", estado, falha, em }, ZONE, NOW);

test("what is to go says when, and never when that was", () => {
  expect(said("previsto").words).toMatch(/^Sai .*10:00/);
  expect(said("previsto", null, "2026-11-30T11:59:00Z").words).toBe("Sai em instantes");
});

test("what arrived says how far it got and when it left", () => {
  expect(said("lida", null, "2026-11-29T13:00:00Z").words).toMatch(/^Lida · .*10:00/);
  expect(said("entregue").trouble).toBe(false);
});

test("what did not arrive says why, and that somebody should ring", () => {
  expect(said("falhou", "sem_whatsapp")).toEqual({ words: "Não entregue: este número não tem WhatsApp.", trouble: true });
  expect(said("falhou", "medida").words).toContain("muitos avisos");
  expect(said("incerta").trouble).toBe(false);
  expect(said("aguardando").words).toContain("paciente responder");
});
