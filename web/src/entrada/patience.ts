/** What is said to who tried too often. */
import type { Problem } from "../api/problem";

export const tooMany = (wait: string): string => `Foram muitas tentativas seguidas. Espere ${wait} e tente de novo.`;

/** With the wait a refusal tells, in whole minutes. */
export const tooManyOf = ({ retryAfter }: Pick<Problem, "retryAfter">): string => tooMany(`${Math.max(1, Math.ceil((retryAfter || 60) / 60))} min`);
