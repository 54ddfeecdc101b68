import { clinicNow, hourOf } from "./dates";
import { ahead } from "./relogio";

/** Between the clock on a wall and the instant it shows. */

/** How far the clocks of `zone` are from Greenwich's at an instant: "-03:00". */
export function offsetOf(zone: string, at: number): string {
  const minutes = ahead(zone, at);
  if (minutes !== undefined) return `${minutes < 0 ? "-" : "+"}${hourOf(Math.abs(minutes))}`;
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value.slice("GMT".length) || "+00:00";
}

/** The instant at which the clocks of `zone` show this; milliseconds. */
export function instantOf(day: string, hour: string, zone: string): number {
  const wall = Date.parse(`${day}T${hour}:00Z`);
  const shown = (at: number) => {
    const { day, hour } = clinicNow(zone, new Date(at));
    return Date.parse(`${day}T${hour}:00Z`);
  };
  const guess = wall - (shown(wall) - wall);
  return guess - (shown(guess) - wall);
}
