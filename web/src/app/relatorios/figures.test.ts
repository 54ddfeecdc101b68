import { expect, it } from "vitest";
import { hours, move, pieces, rate } from "./figures";

it("writes rates and hours as people do", () => {
  expect(rate(0.0833)).toBe("8,3%");
  expect(rate(null)).toBe("—");
  expect(hours(45)).toBe("45 min");
  expect(hours(90)).toBe("1 h 30");
  expect(hours(14400)).toBe("240 h");
});

it("says how a figure moved, and whether that is good", () => {
  expect(move("taxa", 0.12, 0.1, false)).toEqual({ text: "↑ 2 p.p.", good: false });
  expect(move("contagem", 50, 100, true)).toEqual({ text: "↓ 50%", good: false });
  expect(move("dinheiro", 150, 100, true)).toEqual({ text: "↑ 50%", good: true });
  expect(move("taxa", 0.10001, 0.1, true)).toEqual({ text: "igual", good: null });
  expect(move("contagem", 5, 0, true)).toBeNull();
  expect(move("taxa", null, 0.1, true)).toBeNull();
});

it("puts the pieces of a bar side by side", () => {
  expect(pieces([1, 3], 4)).toEqual([{ at: 0, width: 25 }, { at: 25, width: 75 }]);
  expect(pieces([0, 0], 0)).toEqual([{ at: 0, width: 0 }, { at: 0, width: 0 }]);
});
