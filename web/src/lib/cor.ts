/** The clinic's own colour, made into the five the design uses, readable in both themes. */

type Rgb = [number, number, number];

/** What it is read on and beside, what is written on it, and what a clinic without one has: `--papel`, `--tinta`, `--sobre-marca` and `--marca` of
 *  `styles/tokens.css`, which a test compares. */
export const PAPER = { claro: "#ffffff", escuro: "#141d1b" } as const;
export const INK = { claro: "#14211e", escuro: "#e7efec" } as const;
export const OURS = { claro: "#0f766e", escuro: "#2bb5a6" } as const;
export const ON = { claro: "#ffffff", escuro: "#07110f" } as const;
/** What each theme makes a colour more readable with. */
const TOWARDS = { claro: "#000000", escuro: "#ffffff" } as const;
type Theme = keyof typeof PAPER;

const parse = (hex: string): Rgb | null => {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  return found ? [parseInt(found[1]!, 16), parseInt(found[2]!, 16), parseInt(found[3]!, 16)] : null;
};

/** Relative luminance (WCAG 2.2). */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [parse(a), parse(b)];
  if (!x || !y) return 1;
  const [low, high] = [luminance(x), luminance(y)].sort((p, q) => p - q) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const mix = (from: Rgb, to: Rgb, part: number): string =>
  `#${from.map((value, i) => Math.round(value + (to[i]! - value) * part).toString(16).padStart(2, "0")).join("")}`;

/** The nearest shade of `hex` on the way to `towards` that has 4.5:1 against `paper`. */
export function readable(hex: string, paper: string, towards: string): string {
  const [from, to] = [parse(hex), parse(towards)];
  if (!from || !to) return towards;
  for (let step = 0; step <= 20; step += 1) {
    const shade = mix(from, to, step / 20);
    if (contrast(shade, paper) >= 4.5) return shade;
  }
  return towards;
}

/** The shade of a colour that a theme's buttons have. */
export const shade = (hex: string, theme: Theme): string => readable(hex, PAPER[theme], TOWARDS[theme]);

/** How much of the paper is in the surface of a colour. */
const PAPER_IN = { claro: 0.9, escuro: 0.8 } as const;

/** What a theme makes of a colour, by the names of `styles/tokens.css`; `null` when it is none. */
export function shades(hex: string, theme: Theme): Record<string, string> | null {
  const base = parse(hex);
  if (!base) return null;
  const marca = shade(hex, theme);
  return {
    "--marca": marca,
    "--foco": marca,
    "--marca-forte": mix(parse(marca)!, parse(TOWARDS[theme])!, 0.25),
    "--marca-leve": mix(base, parse(PAPER[theme])!, PAPER_IN[theme]),
    "--sobre-marca": ON[theme],
  };
}

/** Sets the colours of the page; `null` leaves the product's own. */
export function paint(hex: string | null | undefined, root = document.documentElement): void {
  const [light, dark] = [shades(hex ?? "", "claro"), shades(hex ?? "", "escuro")];
  for (const name of ["--marca", "--marca-forte", "--marca-leve", "--sobre-marca", "--foco"])
    if (light && dark) root.style.setProperty(name, `light-dark(${light[name]}, ${dark[name]})`);
    else root.style.removeProperty(name);
}
