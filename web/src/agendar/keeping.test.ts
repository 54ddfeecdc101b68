import { beforeEach, describe, expect, it, vi } from "vitest";
import { AGE, store, stored } from "./keeping";

describe("what a tab keeps of a booking", () => {
  const kept = new Map<string, string>();
  beforeEach(() => {
    kept.clear();
    vi.stubGlobal("sessionStorage", {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, text: string) => kept.set(name, text),
      removeItem: (name: string) => kept.delete(name),
    });
  });

  it("is there after a reload, and gone after ten minutes", () => {
    store({ nome: "Ana Lima" }, 1_000);
    expect(stored(1_000 + AGE - 1)).toEqual({ nome: "Ana Lima" });
    expect(stored(1_000 + AGE)).toEqual({});
    expect(kept.size).toBe(0);
  });

  it("is forgotten when nobody knows since when it is there", () => {
    kept.set("horario.agendar", JSON.stringify({ nome: "Ana Lima" }));
    expect(stored()).toEqual({});
    expect(kept.size).toBe(0);
  });

  it("is nothing where nothing may be kept", () => {
    vi.stubGlobal("sessionStorage", undefined);
    store({ nome: "Ana Lima" });
    expect(stored()).toEqual({});
  });
});
