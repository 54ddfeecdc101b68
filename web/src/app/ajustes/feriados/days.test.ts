import { expect, test } from "vitest";
import { days } from "./days";

const law = { dia: "2026-12-25", nome: "Natal", ambito: "nacional", fechado: true, origem: "lei" };
const own = { dia: "2026-12-25", nome: "Plantão", ambito: "clinica", fechado: false, origem: "clinica", id: 7, anual: false };

test("a date is one line, and the clinic's word goes before the law's", () => {
  const [day, ...others] = days([{ ...law, fechado: false }, own]);
  expect(others).toEqual([]);
  expect(day).toMatchObject({ nome: "Natal", fechado: false, de: "Nacional", lei: true, own: { id: 7 } });
});

test("of the clinic's own words that of the very date goes first, and closed before open", () => {
  const yearly = { ...own, id: 8, anual: true, fechado: true };
  expect(days([yearly, own])[0]).toMatchObject({ fechado: false, own: { id: 7 }, lei: false });
  expect(days([own, { ...own, id: 9, fechado: true }])[0]).toMatchObject({ fechado: true, own: { id: 9 } });
});
