import { expect, test } from "vitest";
import { state, toPay } from "./invoices";
import { bar } from "./usage";

const fatura = (id: number, estado: string, vencida = false) => ({ id, estado, vencida, vencimento: "2026-12-10" }) as Parameters<typeof state>[0];

test("an invoice says what is to be done about it", () => {
  expect(state(fatura(1, "aberta"))).toEqual({ words: "Vence em 10/12/2026", tone: "atencao" });
  expect(state(fatura(1, "aberta", true))).toEqual({ words: "Venceu em 10/12/2026", tone: "perigo" });
  expect(state(fatura(1, "paga")).words).toBe("Paga");
  expect(state(fatura(1, "outra")).words).toBe("outra");
});

test("the oldest open one is paid first", () => {
  expect(toPay([fatura(3, "aberta"), fatura(2, "paga"), fatura(1, "aberta", true)]).map(({ id }) => id)).toEqual([1, 3]);
});

test("a bar says how full it is and what comes after", () => {
  const limit = { limite: "agendamentos", usado: 2400, maximo: 3000, excedente_centavos: null };
  expect(bar(limit)).toMatchObject({ part: 0.8, tone: "perto", numbers: "2.400 de 3.000", after: "" });
  expect(bar({ ...limit, usado: 3100 })).toMatchObject({ part: 1, tone: "cheio" });
  expect(bar({ ...limit, usado: 3100 }).after).toContain("mude de plano");
  expect(bar({ ...limit, excedente_centavos: 50 }).after).toBe("Cada consulta além do plano custa R$\u00a00,50.");
  expect(bar({ ...limit, maximo: 0, usado: 0 }).part).toBe(1);
});
