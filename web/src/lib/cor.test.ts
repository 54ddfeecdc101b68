import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { INK, ON, OURS, PAPER, contrast, readable, shade, shades } from "./cor";

const HARD = ["#ffee00", "#7fffd4", "#123456", "#ff0000", "#ffffff", "#000000", "#777777", "#0000ff", "#ff69b4"];
const TOKENS = readFileSync(new URL("../styles/tokens.css", import.meta.url), "utf8");

/** A colour of `tokens.css` in each theme. */
function token(name: string): { claro: string; escuro: string } {
  const found = new RegExp(`--${name}: (?:var\\(--([a-z-]+)\\)|light-dark\\((#\\w{6}), (#\\w{6})\\));`).exec(TOKENS);
  if (!found) throw new Error(`no --${name}`);
  return found[1] ? token(found[1]) : { claro: found[2]!, escuro: found[3]! };
}

test("contrast is WCAG's", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

test("a colour nobody could read becomes one that can be read", () => {
  for (const hex of HARD) for (const theme of ["claro", "escuro"] as const) expect(contrast(shade(hex, theme), PAPER[theme]), hex).toBeGreaterThanOrEqual(4.5);
  expect(readable("#123456", "#ffffff", "#000000")).toBe("#123456");
});

test("whatever colour a clinic has, words on it and on its surface can be read", () => {
  for (const hex of HARD)
    for (const theme of ["claro", "escuro"] as const) {
      const made = shades(hex, theme)!;
      expect(contrast(made["--sobre-marca"]!, made["--marca"]!), `on ${hex}, ${theme}`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(made["--marca-forte"]!, made["--marca-leve"]!), `${hex}, ${theme}`).toBeGreaterThanOrEqual(4.5);
    }
  expect(shades("vermelho", "claro")).toBeNull();
});

test("the styles say what is said here, and their pairs can be read", () => {
  expect(token("papel")).toEqual(PAPER);
  expect(token("sobre-marca")).toEqual(ON);
  expect(token("tinta")).toEqual(INK);
  expect(token("marca")).toEqual(OURS);
  const pairs = ["agendado", "confirmado", "em-atendimento", "realizado", "faltou", "perigo", "atencao", "sucesso", "assistente", "pessoa"];
  const all = pairs.map((name) => [name, `${name}-leve`]).concat([["marca-forte", "marca-leve"], ["sobre-marca", "marca"]]);
  for (const [words, surface] of all)
    for (const theme of ["claro", "escuro"] as const)
      expect(contrast(token(words!)[theme], token(surface!)[theme]), `${words}, ${theme}`).toBeGreaterThanOrEqual(4.5);
});

test("a browser's own bars are as the pages behind them", () => {
  const web = new URL("../../", import.meta.url);
  for (const page of readdirSync(web).filter((name) => name.endsWith(".html"))) {
    const found = [...readFileSync(new URL(page, web), "utf8").matchAll(/name="theme-color" content="(#\w{6})" media="\(prefers-color-scheme: (\w+)\)"/g)];
    if (found.length === 0) continue;
    expect(Object.fromEntries(found.map(([, colour, theme]) => [theme, colour])), page).toEqual({ light: token("fundo").claro, dark: token("fundo").escuro });
  }
});
