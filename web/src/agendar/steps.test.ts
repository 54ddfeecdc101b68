import { describe, expect, it } from "vitest";
import { type Answers, after, reach, steps } from "./steps";

const offer = {
  servicos: [
    { id: 1, medicos: [1, 2] },
    { id: 2, medicos: [1] },
  ],
  convenios: [{}],
};
const none: Answers = { servico: null, convenio: null, medico: null, token: null, enviado: false, pronto: false };

describe("steps", () => {
  it("asks only what has more than one answer", () => {
    expect(steps(offer, 1)).toEqual(["servico", "convenio", "profissional", "horario", "dados", "codigo", "pronto"]);
    expect(steps(offer, 2)).not.toContain("profissional");
    expect(steps({ servicos: [offer.servicos[1]!], convenios: [] }, 2)).toEqual(["horario", "dados", "codigo", "pronto"]);
  });

  it("lets nobody skip a question, and lets everybody go back", () => {
    const list = steps(offer, 1);
    expect(reach("codigo", list, none)).toBe("servico");
    expect(reach("codigo", list, { ...none, servico: 1, convenio: 0 })).toBe("profissional");
    expect(reach("servico", list, { ...none, servico: 1, convenio: 0, medico: 0, token: "x" })).toBe("servico");
    expect(reach(null, list, { ...none, servico: 1 })).toBe("servico");
    expect(reach("inventado", list, { ...none, servico: 1 })).toBe("convenio");
  });

  it("stays at the end once it is done", () => {
    expect(reach("horario", steps(offer, 1), { ...none, pronto: true })).toBe("pronto");
  });

  it("knows what comes next", () => {
    expect(after("servico", steps({ ...offer, convenios: [] }, 2))).toBe("horario");
  });
});
