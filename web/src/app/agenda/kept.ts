/**
 * What the calendar worked out before and would draw the same stays the same object, so that it is not drawn again: picking up one of three hundred
 * visits changes one. `vite.config.ts` puts this into the calendar, which makes everything anew whenever an event changes.
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

/** `next`, or `last` where both say the same. */
export function unchanged<T>(last: T | undefined, next: T): T {
  return last !== undefined && JSON.stringify(last) === JSON.stringify(next) ? last : next;
}
