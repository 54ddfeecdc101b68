import { describe, expect, it } from "vitest";
import { Problem } from "../api/problem";
import { refusal } from "./refusal";

const refused = (codigo: string, detail: string, wait: number) => refusal(new Problem({ codigo, detail, status: 429 }, wait));

describe("what a visitor is told who has to wait", () => {
  it("says for how long, in words", () => {
    expect(refused("muitas_tentativas", "…", 20)).toContain("Espere um minuto");
    expect(refused("muitas_tentativas", "…", 7200)).toContain("Espere 2 horas");
  });

  it("lets a refusal speak that knows another way", () => {
    for (const codigo of ["muitas_reservas", "muitos_codigos", "muitos_pedidos"])
      expect(refused(codigo, "Escreva para o WhatsApp da clínica.", 60)).toBe("Escreva para o WhatsApp da clínica.");
  });
});
