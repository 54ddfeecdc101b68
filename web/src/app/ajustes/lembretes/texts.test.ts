import { expect, test } from "vitest";
import { booked, clock, dayFrom, missed, parts, reminder, sentBefore } from "./texts";

const sample = { clinica: "Pró-Saúde", medico: "Dra. Tânia", dia: "2026-11-28" };

test("days and hours are said as the reminders say them", () => {
  expect([dayFrom("2026-12-30", "2026-12-30"), dayFrom("2026-12-31", "2026-12-30"), dayFrom("2027-01-04", "2026-12-30")]).toEqual(["hoje, 30/12", "amanhã, 31/12", "segunda-feira, 04/01/2027"]);
  expect(["08:00", "14:30", "14:05", "10:00", "00:00"].map(clock)).toEqual(["8h", "14h30", "14h05", "10h", "0h"]);
});

test("a reminder names the day as it is when it is read", () => {
  expect(sentBefore("2026-12-05", 1440)).toEqual({ day: "2026-12-04", hour: "14:30" });
  expect(sentBefore("2026-12-05", 900)).toEqual({ day: "2026-12-04", hour: "23:30" });
  expect(reminder(sample, 1440)).toBe("Olá, Maria! Lembrete da *Pró-Saúde*: sua consulta com Dra. Tânia é amanhã, 05/12, às *14h30*.\n\nResponda *1* para confirmar, *2* para remarcar ou *3* para cancelar.");
  expect(reminder(sample, 120)).toContain("é hoje, 05/12");
  expect(reminder(sample, 2880)).toContain("é sábado, 05/12");
});

test("the other messages", () => {
  expect(booked(sample)).toContain("está marcada: sábado, 05/12, às *14h30*, com Dra. Tânia.");
  expect(missed(sample)).toContain("*1* · amanhã, 29/11, às 9h\n*2* · segunda-feira, 30/11, às 15h\n");
});

test("what stands between asterisks is bold", () => {
  expect(parts("Oi *Ana*, 2 * 3\n*x*")).toEqual([
    { text: "Oi ", bold: false },
    { text: "Ana", bold: true },
    { text: ", 2 * 3\n", bold: false },
    { text: "x", bold: true },
  ]);
});
