/** What of a form is different from what is stored: all that a PATCH has to tell. */
export function changes<T extends object>(value: T, stored: T): Partial<T> {
  const different = (Object.keys(value) as (keyof T)[]).filter((key) => JSON.stringify(value[key]) !== JSON.stringify(stored[key]));
  return Object.fromEntries(different.map((key) => [key, value[key]])) as Partial<T>;
}

/**
 * A body with some of its fields. The description gives each field of a PATCH a default, which the generated types read as "always there"; the
 * API takes what is missing as unchanged.
 */
export const partly = <T>(body: Partial<T>): T => body as T;
