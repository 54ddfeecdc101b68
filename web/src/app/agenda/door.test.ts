import { expect, test } from "vitest";
import { cameFor, doorTo } from "./door";

const through = (address: string) => cameFor(new URL(address, "http://x").searchParams);

test("what is known goes through the door, and nothing else", () => {
  const known = { paciente: 7, medico: 2, servico: 3, data: "2026-12-01", hora: "08:30" };
  expect(through(doorTo(known))).toEqual(known);
  expect(through(doorTo({ paciente: 7, medico: null, servico: undefined }))).toEqual({ paciente: 7, medico: null, servico: null });
});

test("what nobody wrote is not taken", () => {
  expect(through("/app/agenda?dia=2026-12-01")).toBeNull();
  expect(through("/app/agenda?marcar=x")).toBeNull();
  expect(through("/app/agenda?marcar=7&dia=ontem&hora=8h&medico=y")).toEqual({ paciente: 7, medico: null, servico: null });
});
