import { expect, test } from "vitest";
import { dayHeader, dayHeaderLabel, monthHeader, monthHeaderLabel, popover, slot } from "./formats";

test("the calendar's words are the browser's", () => {
  const said = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("pt-BR", options);
  const pairs = [
    [dayHeader, said({ weekday: "short", day: "numeric", month: "numeric" })],
    [dayHeaderLabel, said({ dateStyle: "full" })],
    [monthHeader, said({ weekday: "short" })],
    [monthHeaderLabel, said({ weekday: "long" })],
    [popover, said({ month: "long", day: "numeric", year: "numeric" })],
    [slot, said({ hour: "2-digit", minute: "2-digit" })],
  ] as const;
  for (let hours = 0; hours < 400 * 24; hours += 7) {
    const date = new Date(2027, 11, 25, hours);
    for (const [ours, theirs] of pairs) expect(ours(date)).toBe(theirs.format(date));
  }
});
