import { expect, test } from "vitest";
import { period, periodWords } from "./periods";

const typed = { inteiro: true, de: "2026-12-07", deHora: "08:00", ate: "2026-12-11", ateHora: "12:00" };

test("whole days end with the midnight after the last", () => {
  expect(period(typed)).toEqual({ inicio: "2026-12-07T00:00", fim: "2026-12-12T00:00" });
  expect(period({ ...typed, inteiro: false, ate: "2026-12-07" })).toEqual({ inicio: "2026-12-07T08:00", fim: "2026-12-07T12:00" });
});

test("what ends before it begins is no period", () => {
  expect(period({ ...typed, ate: "2026-12-06" })).toBeNull();
  expect(period({ ...typed, inteiro: false, ate: "2026-12-07", ateHora: "08:00" })).toBeNull();
  expect(period({ ...typed, de: "" })).toBeNull();
});

test("periods are said as people say them", () => {
  const said = [
    periodWords("2026-12-07T00:00", "2026-12-08T00:00"),
    periodWords("2026-12-07T00:00", "2026-12-12T00:00"),
    periodWords("2026-12-07T08:00", "2026-12-07T12:00"),
    periodWords("2026-12-07T08:00", "2026-12-08T12:00"),
  ];
  expect(said).toEqual(["07/12/2026, o dia todo", "de 07/12/2026 a 11/12/2026", "07/12/2026, 08:00 às 12:00", "de 07/12/2026 08:00 a 08/12/2026 12:00"]);
});
