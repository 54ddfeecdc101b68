import { describe, expect, it } from "vitest";
import { dead, ended, kindWord, lineWord, runWord, span } from "./palavras";

describe("words of the health page", () => {
  it("says how long", () => {
    expect([80, 2500, 59_000, 180_000, 7_200_000].map(span)).toEqual(["80 ms", "2,5 s", "59 s", "3 min", "2 h"]);
  });

  it("has a word for what it knows, and shows the rest as it is", () => {
    expect([lineWord("desconectada").tone, lineWord("nova").text]).toEqual(["perigo", "nova"]);
    expect([runWord("atrasada").text, runWord("nova").text]).toEqual(["Atrasada", "nova"]);
    expect([kindWord("owed"), kindWord("unknown")]).toEqual(["Resposta devida", "Desconhecida"]);
  });

  it("says why a line ended where that says something", () => {
    expect([ended(401), ended(403), ended(515), ended(null)]).toEqual(["encerrada no celular ou no painel", "número bloqueado pelo WhatsApp", "", ""]);
  });

  it("counts", () => {
    expect([dead(1), dead(3)]).toEqual(["1 mensagem parada", "3 mensagens paradas"]);
  });
});
