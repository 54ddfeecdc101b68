import { expect, test } from "vitest";
import { hoursWords, spanWords, unitOf } from "./span";

test("the greatest unit that divides a length names it", () => {
  expect([0, 45, 90, 120, 1440, 2880, 1500].map(unitOf)).toEqual(["minutos", "minutos", "minutos", "horas", "dias", "dias", "horas"]);
});

test("lengths are said as people say them", () => {
  expect([0, 1, 30, 60, 90, 1440, 2940].map(spanWords)).toEqual([
    "nenhum tempo",
    "1 minuto",
    "30 minutos",
    "1 hora",
    "1 hora e 30 minutos",
    "1 dia",
    "2 dias e 1 hora",
  ]);
});

test("hours of a week are never counted in days", () => {
  expect([2400, 60, 2250, 0, -5].map(hoursWords)).toEqual(["40 horas", "1 hora", "37 horas e 30 minutos", "0 horas", "0 horas"]);
});
