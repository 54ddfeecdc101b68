import { expect, it } from "vitest";
import { settle } from "./settle";

const known = (times: string[], loading = false, failed = false) => ({ times, loading, failed });

it("gives an hour up that is not free, and takes it again", () => {
  const gone = settle(known(["09:00"]), { hora: "14:00", given: "" });
  expect(gone).toEqual({ hora: "", given: "14:00" });
  expect(settle(known([]), gone!)).toBeNull();
  expect(settle(known(["09:00", "14:00"]), gone!)).toEqual({ hora: "14:00", given: "" });
});

it("does nothing while nothing is known", () => {
  const chosen = { hora: "14:00", given: "" };
  expect(settle(known([], true), chosen)).toBeNull();
  expect(settle(known([], false, true), chosen)).toBeNull();
  expect(settle(known(["14:00"]), chosen)).toBeNull();
});

it("forgets what was given up once another hour is chosen", () => {
  expect(settle(known(["09:00"]), { hora: "09:00", given: "14:00" })).toEqual({ hora: "09:00", given: "" });
});
