import { clinicNow } from "./dates";

/** Between the clock on a wall and the instant it shows. */

/** How far the clocks of `zone` are from Greenwich's at an instant: "-03:00". */
export function offsetOf(zone: string, at: number): string {
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
