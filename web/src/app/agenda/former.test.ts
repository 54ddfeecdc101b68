import { expect, test } from "vitest";
import type { Appointment } from "./events";
import { formerOfDays, formerWithVisits } from "./former";

const former = [{ id: 7 }, { id: 8 }, { id: 9 }];
const visit = (medico_id: number, status = "realizado") => ({ medico_id, status }) as Appointment;

test("who left is shown on days with visits of theirs", () => {
  const visits = [visit(1), visit(8), visit(8), visit(9, "cancelado")];
  expect(formerWithVisits(former, visits, false)).toBe("8");
  expect(formerWithVisits(former, visits, true)).toBe("8,9");
  expect(formerWithVisits(former, [], true)).toBe("");
});

test("a week in the past may be anybody's, one to come only of whom it was asked", () => {
  expect(formerOfDays(former, [], true)).toBe("7,8,9");
  expect(formerOfDays(former, [1, 9], false)).toBe("9");
  expect(formerOfDays(former, [], false)).toBe("");
});
