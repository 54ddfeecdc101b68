import { expect, test } from "vitest";
import { type Appointment, at, closedParts, range, timeOf } from "./events";

const visit = (hora: string, duracao: number) => ({ data: "2026-11-30", hora, duracao }) as Appointment;

test("an end may be on the next day", () => {
  expect(at("2026-12-31", 23 * 60 + 90)).toBe("2027-01-01T00:30");
  expect(timeOf(visit("14:00", 30))).toBe("14:00–14:30");
});

test("what is closed is the rest of the day", () => {
  expect(closedParts([])).toEqual([[0, 1440]]);
  expect(closedParts([["14:00", "18:00"], ["08:00", "12:00"]])).toEqual([[0, 480], [720, 840], [1080, 1440]]);
  expect(closedParts([["08:00", "12:00"], ["10:00", "13:00"]])).toEqual([[0, 480], [780, 1440]]);
  expect(closedParts([["00:00", "24:00"]])).toEqual([]);
});

test("the grid reaches from the first to the last of the day, in whole hours", () => {
  expect(range([], [])).toEqual({ from: "08:00", to: "18:00" });
  const hours = [{ medico: 1, day: "2026-11-30", periods: [["07:30", "12:00"]] as [string, string][] }];
  expect(range(hours, [visit("19:10", 40)])).toEqual({ from: "07:00", to: "20:00" });
});
