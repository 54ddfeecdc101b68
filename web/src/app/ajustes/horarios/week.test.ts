import { describe, expect, test } from "vitest";
import { copied, freeHour, lanes, make, moved, onDay, put, read, resized, shownHours, weekMinutes, write } from "./week";

const hours = (periods: ReturnType<typeof read>) => write(periods).map(({ dia_semana, inicio, fim }) => `${dia_semana} ${inicio}-${fim}`);

describe("a week", () => {
  test("goes out as it came in, with what this page does not know", () => {
    const came = [{ dia_semana: 1, inicio: "08:00", fim: "24:00", tipo: "atendimento", vale_de: null, vale_ate: "2026-12-31", unidade_id: 3 }];
    expect(write(read(came))).toEqual(came);
  });

  test("periods move inside their day and the week", () => {
    const period = make(7, 20 * 60, 23 * 60);
    expect(moved(period, 9, 23 * 60)).toMatchObject({ day: 7, start: 21 * 60, end: 1440 });
    expect(moved(period, 0, -30)).toMatchObject({ day: 1, start: 0, end: 180 });
  });

  test("periods never get shorter than the shortest", () => {
    const period = make(1, 480, 720);
    expect(resized(period, "end", 100)).toMatchObject({ start: 480, end: 495 });
    expect(resized(period, "start", 2000)).toMatchObject({ start: 705, end: 720 });
    expect(resized(period, "end", 2000)).toMatchObject({ end: 1440 });
  });

  test("what lies over another of its kind becomes one with it; a break does not", () => {
    const [morning, afternoon] = [make(1, 480, 720), make(1, 840, 1080)];
    expect(hours(put([morning, afternoon], { ...afternoon, start: 700 }))).toEqual(["1 08:00-18:00"]);
    expect(put([morning], make(1, 600, 615, "pausa"))).toHaveLength(2);
    expect(put([{ ...morning, vale_ate: "2026-12-31" }], make(1, 600, 700))).toHaveLength(2);
    expect(hours(put([morning], make(1, 720, 780)))).toEqual(["1 08:00-12:00", "1 12:00-13:00"]);
  });

  test("a day is copied over others, which lose what they had", () => {
    const week = [make(1, 480, 720), make(1, 540, 555, "pausa"), make(2, 600, 660), make(3, 600, 660)];
    expect(hours(copied(week, 1, [1, 2]))).toEqual(["1 08:00-12:00", "1 09:00-09:15", "2 08:00-12:00", "2 09:00-09:15", "3 10:00-11:00"]);
  });

  test("a new period finds a free hour", () => {
    expect(freeHour([], 1)).toEqual([480, 720]);
    expect(freeHour([make(1, 480, 720)], 1)).toEqual([720, 780]);
    expect(freeHour([make(1, 480, 600)], 1)).toEqual([780, 840]);
    expect(freeHour([make(1, 480, 1440)], 1)).toBeNull();
  });

  test("the grid shows whatever lies outside the usual hours", () => {
    expect(shownHours([])).toEqual([7, 20]);
    expect(shownHours([make(1, 330, 1410)])).toEqual([5, 24]);
  });

  test("periods of different dates lie side by side", () => {
    const [a, b, c] = [make(1, 480, 720), make(1, 600, 900), make(1, 900, 960)];
    const found = lanes(onDay([a, b, c], 1));
    expect([a, b, c].map(({ key }) => found.get(key))).toEqual([
      { lane: 0, of: 2 },
      { lane: 1, of: 2 },
      { lane: 0, of: 1 },
    ]);
  });

  test("hours of a week leave out breaks and what is not valid", () => {
    const week = [make(1, 480, 720), make(1, 600, 615, "pausa"), { ...make(2, 480, 720), vale_ate: "2026-01-01" }];
    expect(weekMinutes(week, "2026-11-28")).toBe(225);
  });
});
