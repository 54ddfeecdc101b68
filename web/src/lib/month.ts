/** A month as the head of a line. Not among the other words: the agenda comes without it. */
import { monthOf } from "./dates";
import { capitalized } from "./words";

/** "Novembro de 2026" of `2026-11`, or of a day of it. */
export const month = (text: string): string => capitalized(monthOf(text));
