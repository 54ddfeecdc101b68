import { expect, test } from "vitest";
import { addDays, addMonths, ago, clinicNow, daysBetween, fullDay, hourOf, isDay, longDay, minutes, monthOf, numericDay, shortDay, weekStart, weekdayShort } from "./dates";

test("now is the clinic's, not the browser's", () => {
  const instant = new Date("2026-11-28T02:30:00Z");
  expect(clinicNow("America/Sao_Paulo", instant)).toEqual({ day: "2026-11-27", hour: "23:30" });
  expect(clinicNow("America/Noronha", instant)).toEqual({ day: "2026-11-28", hour: "00:30" });
});

test("days go over months, years and the 29th of February", () => {
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
  expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
  expect(addMonths("2026-01-15", -2)).toBe("2025-11-15");
  expect(daysBetween("2026-11-28", "2026-12-02")).toBe(4);
  expect(weekStart("2026-11-28")).toBe("2026-11-22");
  expect(weekStart("2026-11-22")).toBe("2026-11-22");
});

test("only days are days", () => {
  expect(isDay("2026-02-29")).toBe(false);
  expect(isDay("2028-02-29")).toBe(true);
  expect(isDay("28/11/2026")).toBe(false);
});

test("hours and minutes", () => {
  expect(minutes("14:05")).toBe(845);
  expect(hourOf(845)).toBe("14:05");
});

test("words", () => {
  expect(longDay("2026-11-30")).toBe("segunda-feira, 30 de novembro");
  const now = new Date("2026-11-28T15:00:00Z");
  const zone = "America/Sao_Paulo";
  expect(ago("2026-11-28T14:59:40Z", zone, now)).toBe("agora");
  expect(ago("2026-11-28T14:12:00Z", zone, now)).toBe("48 min");
  expect(ago("2026-11-28T12:00:00Z", zone, now)).toBe("3 h");
  expect(ago("2026-11-28T02:00:00Z", zone, now)).toBe("ontem");
  expect(ago("2026-11-20T12:00:00Z", zone, now)).toBe("20/11");
});

test("the words are the ones browsers know", () => {
  const said = (options: Intl.DateTimeFormatOptions, day: string) => new Intl.DateTimeFormat("pt-BR", { timeZone: "UTC", ...options }).format(Date.parse(day));
  for (let day = "2027-12-25"; day < "2029-01-05"; day = addDays(day, 1)) {
    expect(longDay(day)).toBe(said({ weekday: "long", day: "numeric", month: "long" }, day));
    expect(fullDay(day)).toBe(said({ weekday: "long", day: "numeric", month: "long", year: "numeric" }, day));
    expect(shortDay(day)).toBe(said({ day: "2-digit", month: "2-digit" }, day));
    expect(numericDay(day)).toBe(said({ day: "2-digit", month: "2-digit", year: "numeric" }, day));
    expect(monthOf(day)).toBe(said({ month: "long", year: "numeric" }, day));
    expect(weekdayShort(day)).toBe(said({ weekday: "short" }, day));
  }
});
