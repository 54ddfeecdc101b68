import { describe, expect, it } from "vitest";
import { keeper, madeOnce, sameOnes, unchanged } from "./kept";

const chunk = (event: { display: string }, hour: number, extra: Record<string, unknown> = {}) => ({
  id: `e-${hour}`,
  event,
  start: new Date(Date.UTC(2026, 10, 30, hour)),
  end: new Date(Date.UTC(2026, 10, 30, hour + 1)),
  gridColumn: 1,
  groupColumn: 0,
  group: { columns: [[]] },
  ...extra,
});

describe("keeper", () => {
  it("gives what would be drawn the same as the same object", () => {
    const keep = keeper();
    const [one, other] = [{ display: "auto" }, { display: "auto" }];
    const first = keep([chunk(one, 8), chunk(other, 9)]);
    const second = keep([chunk(one, 8), chunk(other, 9, { groupColumn: 1 })]);
    expect(second[0]).toBe(first[0]);
    expect(second[1]).not.toBe(first[1]);
  });

  it("sees what the calendar changed in an event in place, and back", () => {
    const keep = keeper();
    const event = { display: "auto" };
    const [before] = keep([chunk(event, 8)]);
    event.display = "ghost";
    const [picked] = keep([chunk(event, 8)]);
    expect(picked).not.toBe(before);
    event.display = "auto";
    expect(keep([chunk(event, 8)])[0]).not.toBe(picked);
  });

  it("draws anew what shares its column with more, another event, and another time", () => {
    const keep = keeper();
    const event = { display: "auto" };
    const [first] = keep([chunk(event, 8)]);
    const [crowded] = keep([chunk(event, 8, { group: { columns: [[], []] } })]);
    expect(crowded).not.toBe(first);
    const [changed] = keep([chunk({ display: "auto" }, 8, { group: { columns: [[], []] } })]);
    expect(changed).not.toBe(crowded);
    const [longer] = keep([chunk(changed!.event, 8, { group: { columns: [[], []] }, end: new Date(0) })]);
    expect(longer).not.toBe(changed);
  });
});

describe("unchanged", () => {
  it("is the former where both say the same", () => {
    const limits = { min: { seconds: 1 } };
    expect(unchanged(limits, { min: { seconds: 1 } })).toBe(limits);
    expect(unchanged(undefined, limits)).toBe(limits);
    expect(unchanged(limits, { min: { seconds: 2 } })).toEqual({ min: { seconds: 2 } });
  });
});

describe("madeOnce", () => {
  it("makes a thing for what it is given and an offset, and not again", () => {
    const given = { id: "a1" };
    let count = 0;
    const make = () => ({ nth: (count += 1) });
    const first = madeOnce(given, undefined, make);
    expect(madeOnce(given, undefined, make)).toBe(first);
    expect(madeOnce(given, -180, make)).not.toBe(first);
    expect(madeOnce({ ...given }, undefined, make)).toEqual({ nth: 3 });
  });
});

describe("sameOnes", () => {
  it("tells the order and the ones of now, and keeps the objects of those that say the same", () => {
    const before = [{ id: 1, hora: "08:00" }, { id: 2, hora: "09:00" }, { id: 3, hora: "10:00" }];
    const told = [{ id: 3, hora: "10:00" }, { id: 2, hora: "09:30" }, { id: 4, hora: "11:00" }];
    const now = sameOnes(before, told);
    expect(now).toEqual(told);
    expect(now.map((one) => before.includes(one))).toEqual([true, false, false]);
  });
});
