import { expect, test } from "vitest";
import { alertsOf, figure, isOpen, reached, secondsLeft, since, sinceWhen, tomOf } from "./line";

const ZONE = "America/Sao_Paulo";
const NOW = new Date("2026-11-28T17:00:00Z");

test("since when", () => {
  expect(since(null, ZONE, NOW)).toBe("–");
  expect(since("2026-11-28T16:59:40Z", ZONE, NOW)).toBe("agora há pouco");
  expect(since("2026-11-28T16:57:00Z", ZONE, NOW)).toBe("há 3 min");
  expect(since("2026-11-28T13:05:00Z", ZONE, NOW)).toBe("hoje às 10:05");
  expect(since("2026-11-27T13:05:00Z", ZONE, NOW)).toBe("27/11 às 10:05");
});

test("since when, as a sentence begins", () => {
  expect(sinceWhen("2026-11-28T16:57:00Z", ZONE, NOW)).toBe("Há 3 min");
  expect(sinceWhen("2026-11-28T13:05:00Z", ZONE, NOW)).toBe("Desde hoje às 10:05");
  expect(sinceWhen("2026-11-28T16:59:40Z", ZONE, NOW)).toBe("Agora há pouco");
});

test("a state has a tone, and only two are connected", () => {
  expect(["conectado", "suspeito", "desconectado", "conectando"].map(tomOf)).toEqual(["sucesso", "atencao", "perigo", "calmo"]);
  expect(["conectado", "suspeito", "conectando"].map(isOpen)).toEqual([true, true, false]);
});

test("how far a test got", () => {
  expect(reached("pendente", null)).toMatchObject({ steps: 0, over: false });
  expect(reached("lida", null)).toMatchObject({ steps: 3, over: true });
  expect(reached("falhou", "sem_whatsapp").text).toBe("Não foi entregue. Este número não tem WhatsApp.");
});

test("what is said above is not said again", () => {
  const alertas = [{ tipo: "desconectada", texto: "x" }, { tipo: "incertas", texto: "y" }];
  expect(alertsOf({ alertas, situacao: "desconectado" }).map(({ tipo, kind }) => [tipo, kind])).toEqual([["incertas", "atencao"]]);
  expect(alertsOf({ alertas, situacao: "conectando" })).toHaveLength(2);
});

test("figures and seconds", () => {
  expect([0, 999, 1000].map(figure)).toEqual(["0", "999", "mais de 1.000"]);
  expect(secondsLeft("2026-11-28T17:00:30Z", NOW.getTime())).toBe(30);
  expect(secondsLeft("2026-11-28T16:00:30Z", NOW.getTime())).toBe(0);
});
