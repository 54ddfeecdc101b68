/** Figures as people read them, and how they moved. */
import { money, number } from "../../lib/words";

const RATE = new Intl.NumberFormat("pt-BR", { style: "percent", maximumFractionDigits: 1 });
const POINTS = new Intl.NumberFormat("pt-BR", { maximumFractionDigits: 1 });

/** "8,3%"; "—" of nothing counted. */
export const rate = (value: number | null | undefined) => (value === null || value === undefined ? "—" : RATE.format(value));

const WHOLE = new Intl.NumberFormat("pt-BR", { style: "percent", maximumFractionDigits: 0 });
/** "8%", where there is little room. */
export const whole = (value: number | null | undefined) => (value === null || value === undefined ? "—" : WHOLE.format(value));

/** "12 h", "1 h 30", "45 min" of minutes. */
export function hours(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${number(Math.floor(minutes / 60))} h${rest ? ` ${String(rest).padStart(2, "0")}` : ""}`;
}

export type Unit = "taxa" | "contagem" | "dinheiro";
export const show: Record<Unit, (value: number | null | undefined) => string> = {
  taxa: rate,
  contagem: (value) => (value === null || value === undefined ? "—" : number(value)),
  dinheiro: (value) => (value === null || value === undefined ? "—" : money(value)),
};

export interface Move {
  /** "↑ 3,2 p.p.", "↓ 12%", "igual". */
  text: string;
  /** Whether that is good news; `null` when it is neither. */
  good: boolean | null;
}

/** How a figure moved; `null` when there is nothing to compare. */
export function move(unit: Unit, now: number | null | undefined, then: number | null | undefined, moreIsBetter: boolean): Move | null {
  if (now === null || now === undefined || then === null || then === undefined) return null;
  if (unit !== "taxa" && then === 0) return now === 0 ? { text: "igual", good: null } : null;
  const change = unit === "taxa" ? (now - then) * 100 : ((now - then) / then) * 100;
  const size = POINTS.format(Math.abs(change));
  if (size === "0") return { text: "igual", good: null };
  const up = change > 0;
  return { text: `${up ? "↑" : "↓"} ${size}${unit === "taxa" ? " p.p." : "%"}`, good: up === moreIsBetter };
}

/** Where the pieces of a bar are, in percent of its room: together they fill `whole`. */
export function pieces(values: readonly number[], whole: number): { at: number; width: number }[] {
  let at = 0;
  return values.map((value) => {
    const width = whole > 0 ? (Math.max(0, value) / whole) * 100 : 0;
    const piece = { at, width };
    at += width;
    return piece;
  });
}
