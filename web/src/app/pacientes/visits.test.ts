import { expect, test } from "vitest";
import { type Visit, about, address, sides } from "./visits";

const visit = (id: number, inicio_em: string, rest: Partial<Visit> = {}): Visit => ({
  id,
  medico_id: 1,
  medico_nome: "Dra. Ana",
  unidade_nome: null,
  servico_nome: null,
  convenio_nome: null,
  data: inicio_em.slice(0, 10),
  hora: "09:00",
  duracao: 30,
  inicio_em,
  status: "agendado",
  encaixe: false,
  ...rest,
});

test("what is ahead is told from the next on, what is behind from the latest back; a visit that goes on is ahead", () => {
  const list = [visit(4, "2026-12-08T12:00:00Z"), visit(3, "2026-12-01T12:00:00Z"), visit(2, "2026-11-30T12:00:00Z"), visit(1, "2026-11-02T12:00:00Z")];
  const { ahead, behind } = sides(list, Date.parse("2026-12-01T12:10:00Z"));
  expect(ahead.map(({ id }) => id)).toEqual([3, 4]);
  expect(behind.map(({ id }) => id)).toEqual([2, 1]);
});

test("a line says what, with whom and where, as much of it as is known", () => {
  expect(about(visit(1, "2026-12-01T12:00:00Z"))).toBe("Consulta · Dra. Ana");
  const whole = { servico_nome: "Retorno", unidade_nome: "Centro", convenio_nome: "Unimed" };
  expect(about(visit(1, "2026-12-01T12:00:00Z", whole))).toBe("Retorno · Dra. Ana · unidade Centro · Unimed");
  expect(address(visit(7, "2026-12-01T12:00:00Z"))).toBe("/app/agenda?dia=2026-12-01&agendamento=7");
});
