/**
 * What would be drawn the same stays the same object, so that it is not drawn again: of three hundred visits one is picked up, or changed by somebody else.
 * `calendar.ts` puts this into the calendar, which makes everything anew whenever an event changes.
 */

/** What is known here of the calendar's part of an event in a column. */
interface Chunk {
  id: string;
  event: { display: string };
  start: Date;
  end: Date;
  group?: { columns: unknown[] };
  /** Of the event when this was made: the calendar changes events in place. */
  display?: string;
  [place: string]: unknown;
}

const PLACE = ["event", "gridColumn", "gridRow", "resource", "top", "height", "maxHeight", "groupColumn", "zeroDuration", "display"];

/** Keeps the chunks of a list from one turn to the next. */
export function keeper(): (chunks: Chunk[]) => Chunk[] {
  let last = new Map<string, Chunk>();
  return (chunks) => {
    const kept = chunks.map((chunk) => {
      chunk.display = chunk.event.display;
      const before = last.get(chunk.id);
      return before && same(before, chunk) ? before : chunk;
    });
    last = new Map(kept.map((chunk) => [chunk.id, chunk]));
    return kept;
  };
}

function same(a: Chunk, b: Chunk): boolean {
  return (
    PLACE.every((name) => a[name] === b[name]) &&
    a.start.getTime() === b.start.getTime() &&
    a.end.getTime() === b.end.getTime() &&
    a.group?.columns.length === b.group?.columns.length
  );
}

/** The calendar's events, by what it was given and its offset. */
const made = new WeakMap<object, Map<unknown, unknown>>();

/** What `make` made of this before: what the calendar did to it since (dropped it elsewhere, say) stands until it is given another. */
export function madeOnce<T>(given: object, offset: unknown, make: () => T): T {
  const of = made.get(given) ?? new Map<unknown, unknown>();
  made.set(given, of);
  if (!of.has(offset)) of.set(offset, make());
  return of.get(offset) as T;
}

/** What the server told anew, with each that says what one of before said as the one of before. */
export function sameOnes<T extends { id: number }>(before: readonly T[], told: readonly T[]): T[] {
  const known = new Map(before.map((one) => [one.id, one]));
  return told.map((one) => unchanged(known.get(one.id), one));
}

/** `next`, or `last` where both say the same. */
export function unchanged<T>(last: T | undefined, next: T): T {
  return last !== undefined && JSON.stringify(last) === JSON.stringify(next) ? last : next;
}
