/**
 * How far the clocks of a zone are from Greenwich's, as the server told, and between which instants. The browser knows zones too, but to read its tables
 * takes a phone longer than to draw a page, and those of an old one still have Brazil's summer time.
 */
import type { Shapes } from "../api/client";

export type Relogio = Shapes["Relogio"];

const TOLD = new Map<string, { minutes: number; from: number; to: number }>();

/** Takes what the server told of a zone. */
export function learn(zone: string, { deslocamento_minutos, de, ate }: Relogio): void {
  TOLD.set(zone, { minutes: deslocamento_minutos, from: Date.parse(de), to: Date.parse(ate) });
}

/** How far ahead of UTC the clocks of `zone` are at an instant, minutes; nothing where the server did not tell. */
export function ahead(zone: string, at: number): number | undefined {
  const told = TOLD.get(zone);
  return told && at >= told.from && at < told.to ? told.minutes : undefined;
}
