import { describe, expect, it } from "vitest";
import { type Entry, google, ics } from "./ics";

const entry: Entry = {
  title: "Consulta; Dra. Tânia, Clínica",
  day: "2026-11-30",
  hour: "14:30",
  lasts: 40,
  zone: "America/Sao_Paulo",
  place: "Rua das Acácias, 120",
  text: "Para cancelar,\nescreva pelo WhatsApp.",
};

describe("an entry for a calendar", () => {
  it("is a file calendars read", () => {
    const text = ics(entry, "abc@sol", Date.UTC(2026, 10, 28));
    expect(text).toContain("DTSTART:20261130T173000Z\r\nDTEND:20261130T181000Z");
    expect(text).toContain("SUMMARY:Consulta\\; Dra. Tânia\\, Clínica");
    expect(text).toContain("escreva pelo WhatsApp.");
    expect(text).toContain("DESCRIPTION:Para cancelar\\,\\nescreva");
    for (const line of text.split("\r\n")) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
  });

  it("folds long lines", () => {
    const text = ics({ ...entry, place: "São João ".repeat(30) }, "abc@sol");
    for (const line of text.split("\r\n")) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
    expect(text.replaceAll("\r\n ", "")).toContain("São João ".repeat(30).trimEnd());
  });

  it("leads to Google's calendar with the clinic's clock", () => {
    const url = new URL(google({ ...entry, hour: "23:40" }));
    expect(url.searchParams.get("dates")).toBe("20261130T234000/20261201T002000");
    expect(url.searchParams.get("ctz")).toBe("America/Sao_Paulo");
  });
});
