import { describe, expect, it } from "vitest";
import { clock, left } from "./prazo";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const one = (over: object) => ({ prazo_em: null, encerrado_em: null, ...over }) as unknown as Parameters<typeof clock>[0];

describe("an incident's clock", () => {
  it("says what is left", () => {
    expect([left(51 * 3_600_000), left(24 * 3_600_000), left(3_600_000), left(1)]).toEqual(["2 dias e 3 h", "1 dia", "1 h", "menos de 1 h"]);
  });

  it("runs only once it is known, and is urgent on its last day", () => {
    expect(clock(one({}), NOW).text).toBe("Em apuração");
    expect(clock(one({ prazo_em: "2026-12-02T12:00:00Z" }), NOW)).toEqual({ text: "Faltam 2 dias", tone: "atencao" });
    expect(clock(one({ prazo_em: "2026-12-01T11:00:00Z" }), NOW).tone).toBe("perigo");
    expect(clock(one({ prazo_em: "2026-11-30T11:00:00Z" }), NOW).text).toBe("Prazo vencido");
    expect(clock(one({ prazo_em: "2026-11-30T11:00:00Z", situacao: "cumprido" }), NOW).text).toBe("Comunicado");
    expect(clock(one({ encerrado_em: "2026-11-30T11:00:00Z" }), NOW).text).toBe("Encerrado");
  });
});
