import { expect, test } from "vitest";
import { allDone, nextStep, steps } from "./steps";

const empty = { medicos: 0, comHorario: 0, servicos: 0, whatsapp: false, marcou: false };
const names = (facts: typeof empty) => steps(facts).flatMap(({ name, done }) => (done ? [name] : []));

test("an empty clinic begins with who attends", () => {
  expect(names(empty)).toEqual([]);
  expect(nextStep(steps(empty))?.name).toBe("quem");
});

test("hours count only when somebody attends", () => {
  expect(names({ ...empty, comHorario: 1 })).toEqual([]);
  expect(names({ ...empty, medicos: 1, comHorario: 1, servicos: 2 })).toEqual(["quem", "horarios", "servicos"]);
  expect(nextStep(steps({ ...empty, medicos: 1, servicos: 2 }))?.name).toBe("horarios");
});

test("all done is all done", () => {
  expect(allDone(steps({ medicos: 1, comHorario: 1, servicos: 1, whatsapp: true, marcou: true }))).toBe(true);
  expect(allDone(steps({ medicos: 1, comHorario: 1, servicos: 1, whatsapp: false, marcou: true }))).toBe(false);
});

test("a connection nobody could ask for is no step to take", () => {
  expect(allDone(steps({ medicos: 1, comHorario: 1, servicos: 1, whatsapp: null, marcou: true }))).toBe(true);
});
