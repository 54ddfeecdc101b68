import { describe, expect, it } from "vitest";
import { FUNCTIONS, check } from "./check";

const one = FUNCTIONS[0]!;
const signal = new AbortController().signal;
const answers = (status: number, body: unknown) => (async () => new Response(JSON.stringify(body), { status })) as typeof fetch;

describe("a function's health", () => {
  it("is what it says", async () => {
    const body = { funcao: "scheduling", situacao: "ok", dependencias: { postgres: "ok" }, duracao_ms: 5, versao: "1" };
    expect(await check(one, signal, answers(200, body))).toMatchObject({ state: "ok", own: 5, uses: { postgres: "ok" }, version: "1" });
    const ill = { ...body, situacao: "degradado", dependencias: { postgres: "fora" } };
    expect(await check(one, signal, answers(503, ill))).toMatchObject({ state: "degradado", uses: { postgres: "fora" } });
  });

  it("is unknown when nobody, or somebody else, answers", async () => {
    expect((await check(one, signal, answers(502, { title: "?" }))).state).toBe("fora");
    const nobody = (async () => Promise.reject(new TypeError("failed"))) as typeof fetch;
    expect((await check(one, signal, nobody)).state).toBe("fora");
  });
});
