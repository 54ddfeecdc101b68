/** The clinic's own colour, made into the four the design uses, readable in both themes. */

type Rgb = [number, number, number];

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

/** Sets the colours of the page; `null` leaves the product's own. */
export function paint(hex: string | null | undefined, root = document.documentElement): void {
  const names = ["--marca", "--marca-forte", "--marca-leve", "--sobre-marca", "--foco"];
  const base = hex ? parse(hex) : null;
  if (!hex || !base) {
    for (const name of names) root.style.removeProperty(name);
    return;
  }
  const light = readable(hex, "#ffffff", "#000000");
  const dark = readable(hex, "#141d1b", "#ffffff");
  const set = (name: string, ofLight: string, ofDark: string) =>
    root.style.setProperty(name, `light-dark(${ofLight}, ${ofDark})`);
  set("--marca", light, dark);
  set("--foco", light, dark);
  set("--marca-forte", mix(parse(light)!, [0, 0, 0], 0.25), mix(parse(dark)!, [255, 255, 255], 0.25));
  set("--marca-leve", mix(base, [255, 255, 255], 0.9), mix(base, [20, 29, 27], 0.8));
  set("--sobre-marca", "#ffffff", "#07110f");
}
